//! The commonest words of each known language, as they stand in normalised text (no accents, no
//! apostrophes). Chosen so that few are common in two of them.

/// Language and words; English first.
pub(super) const COMMON: &[(&str, &[&str])] = &[
    ("en", &[
        "the", "and", "i", "to", "a", "of", "my", "it", "is", "in", "you", "that", "was", "im", "for", "me", "on", "its",
        "but", "have", "not", "be", "so", "with", "this", "just", "are", "at", "like", "we", "do", "all", "what", "if",
        "ive", "dont", "can", "when", "they", "from", "or", "your", "he", "she", "out", "up", "about", "get", "been",
        "her", "his", "had", "has", "how", "no", "one", "there", "u", "ur", "want", "going", "know", "feel", "cant", "an",
        "as", "by", "who", "will", "would", "then", "than", "their", "them", "today", "still", "thats", "lol", "people",
        "n", "every", "more", "now", "never", "go", "got", "tonight", "please", "why", "didnt", "id", "were", "nobody",
    ]),
    ("es", &[
        "que", "de", "la", "el", "no", "y", "en", "es", "un", "una", "por", "con", "para", "mi", "me", "se", "los", "las",
        "lo", "pero", "como", "mas", "ya", "todo", "muy", "esta", "estoy", "yo", "te", "si", "al", "del", "hoy", "nada",
        "porque", "cuando", "le", "hay", "tengo", "bien", "ser", "mis", "su", "sin", "sobre", "nadie", "todos", "soy",
    ]),
    ("fr", &[
        "je", "de", "la", "le", "et", "les", "pas", "que", "un", "une", "est", "en", "mon", "ma", "mes", "pour", "suis",
        "ne", "cest", "jai", "plus", "dans", "me", "mais", "on", "tout", "avec", "ca", "il", "elle", "du", "des", "au",
        "qui", "sur", "nai", "moi", "ai", "se", "par", "tu", "vous", "nous", "ce", "si", "meme", "rien", "quand",
    ]),
    ("de", &[
        "ich", "und", "die", "der", "das", "nicht", "ist", "mir", "mich", "ein", "eine", "zu", "mit", "es", "auf", "war",
        "den", "so", "wie", "habe", "hab", "bin", "aber", "mein", "meine", "noch", "sie", "in", "von", "wenn", "mehr",
        "auch", "nur", "dass", "im", "dem", "hat", "was", "schon", "wieder", "heute", "fur", "weil", "kann", "wir", "du",
    ]),
    ("pt", &[
        "que", "de", "nao", "e", "a", "o", "eu", "um", "uma", "com", "para", "pra", "me", "mas", "meu", "minha", "em",
        "do", "da", "no", "na", "os", "as", "mais", "ja", "ta", "isso", "tudo", "hoje", "muito", "estou", "to", "voce",
        "se", "por", "como", "so", "quando", "foi", "ser", "tem", "nem", "ela", "ele", "sem", "gente", "porque",
    ]),
    ("it", &[
        "che", "di", "non", "la", "il", "e", "un", "una", "per", "mi", "sono", "ho", "con", "ma", "i", "le", "piu", "come",
        "del", "della", "lo", "si", "mia", "mio", "questo", "in", "da", "anche", "al", "se", "io", "tutto", "oggi", "ce",
        "gli", "nel", "era", "quando", "solo", "mai", "ci", "ogni", "niente", "chi", "sto", "perche", "molto", "dei",
    ]),
    ("nl", &[
        "ik", "de", "het", "een", "en", "niet", "van", "is", "dat", "mijn", "mn", "op", "te", "met", "voor", "maar",
        "me", "er", "je", "ben", "heb", "nog", "ook", "als", "zo", "aan", "was", "naar", "om", "wel", "meer", "geen",
        "wat", "die", "in", "dan", "ze", "weer", "kan", "vandaag", "mij", "bij", "zijn", "hij", "deze", "wil", "want",
    ]),
    ("pl", &[
        "nie", "i", "w", "na", "sie", "to", "ze", "jest", "z", "do", "mi", "mnie", "jak", "juz", "ale", "co", "mam",
        "tak", "dzis", "dzisiaj", "tylko", "po", "za", "o", "od", "moja", "moj", "ja", "byc", "bo", "czy", "jestem",
        "tym", "ten", "przez", "kiedy", "bez", "jeszcze", "bardzo", "mi", "dla", "a", "nic", "sa", "chce", "nikt",
    ]),
    ("tr", &[
        "bir", "ve", "bu", "ben", "cok", "de", "da", "icin", "ama", "ne", "benim", "daha", "gibi", "artik", "var", "yok",
        "sonra", "bana", "kadar", "her", "hic", "beni", "degil", "mi", "ile", "o", "sey", "en", "zaman", "kimse", "simdi",
        "bugun", "gun", "iyi", "ki", "diye", "istiyorum", "olarak", "sadece", "yine", "kendimi", "biraz", "hep",
    ]),
    ("hi-Latn", &[
        "hai", "nahi", "ki", "ke", "ka", "main", "mai", "mein", "me", "se", "ko", "kya", "hoon", "hu", "bhi", "toh",
        "to", "aur", "ho", "kar", "raha", "rahi", "mera", "meri", "mere", "ab", "yeh", "ye", "tha", "thi", "kuch", "sab",
        "mujhe", "bhai", "jo", "na", "par", "pe", "koi", "apne", "hi", "nhi", "h", "kal", "aaj", "ne", "gaya", "yaar",
    ]),
];
