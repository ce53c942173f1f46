//! Our tables of characters: what is invisible, what looks or reads like a letter, which emoji stand
//! for words. Collected by hand from how people write around filters; add a line where one is missing.

/// Characters that show nothing: soft hyphen, zero-width, bidi controls, selectors, fillers, tags.
pub(super) fn is_invisible(ch: char) -> bool {
    matches!(ch,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
        | '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}')
}

/// Combining marks that decorate whatever they stand on: accents, strokes, harakat, stacked marks.
pub(super) fn is_decoration(mark: char) -> bool {
    matches!(mark,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}'
        | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6ED}' | '\u{8D3}'..='\u{8FF}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}'
        | '\u{FE20}'..='\u{FE2F}' | '\u{3099}' | '\u{309A}')
}

/// Whether a character belongs to a script whose spelling uses combining marks.
pub(super) fn takes_marks(ch: char) -> bool {
    matches!(ch, '\u{590}'..='\u{1CFF}' | '\u{A800}'..='\u{ABFF}' | '\u{10A00}'..='\u{11FFF}')
}

/// The letter of a regional indicator.
pub(super) fn regional_letter(ch: char) -> Option<char> {
    letter_from(ch, 0x1F1E6)
}

fn letter_from(ch: char, first: u32) -> Option<char> {
    let nth = u32::from(ch).checked_sub(first).filter(|nth| *nth < 26)?;
    char::from_u32(u32::from('a') + nth)
}

const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";

/// What a character always means, in any surroundings (it was lower-cased before).
pub(super) fn fixed(ch: char) -> Option<&'static str> {
    // Parenthesised, negative circled, negative squared letters.
    for first in [0x249C, 0x1F150, 0x1F170] {
        if let Some(letter) = letter_from(ch, first) {
            let nth = usize::from(letter as u8 - b'a');
            return ALPHABET.get(nth..=nth);
        }
    }
    punctuation(ch).or_else(|| digit(ch)).or_else(|| latin(ch))
}

fn punctuation(ch: char) -> Option<&'static str> {
    Some(match ch {
        '‘' | '’' | '‚' | '‛' | '′' | '´' | 'ʼ' | 'ʹ' | 'ʻ' | 'ˈ' => "'",
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' | '‹' | '›' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '⁃' | '﹣' => "-",
        '·' | '•' | '∙' | '‧' | '・' | '。' | '｡' | '।' | '۔' | '●' | '․' => ".",
        '⁄' | '∕' => "/",
        '∗' | '⁎' | '✱' | '✲' | '٭' => "*",
        '¿' | '¡' | '\u{2800}' | 'ـ' => " ",
        '؟' | '❓' | '❔' => "?",
        '❗' | '❕' | 'ǃ' => "!",
        '،' | '、' => ",",
        '∣' | 'ǀ' | '│' | '┃' | '❘' => "|",
        _ => return None,
    })
}

fn digit(ch: char) -> Option<&'static str> {
    const DIGITS: &str = "0123456789";
    let nth = [0x660, 0x6F0, 0x966, 0x9E6]
        .iter()
        .find_map(|first| u32::from(ch).checked_sub(*first).filter(|nth| *nth < 10))?
        as usize;
    DIGITS.get(nth..=nth)
}

/// Latin letters that are no accent away from ASCII: ligatures, strokes, small capitals, turned ones.
fn latin(ch: char) -> Option<&'static str> {
    Some(match ch {
        'ß' => "ss",
        'æ' | 'ᴁ' => "ae",
        'œ' | 'ɶ' => "oe",
        'þ' => "th",
        'ᴀ' | 'ɑ' | 'ɐ' | 'ɒ' | 'ⱥ' => "a",
        'ʙ' | 'ɓ' | 'ƀ' | 'ƃ' => "b",
        'ᴄ' | 'ƈ' | 'ȼ' | 'ɕ' | 'ɔ' => "c",
        'ᴅ' | 'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ᴇ' | 'ǝ' | 'ə' | 'ɘ' | 'ɛ' | 'ɜ' | 'ⱻ' => "e",
        'ꜰ' | 'ƒ' | 'ɟ' => "f",
        'ɢ' | 'ɡ' | 'ɠ' | 'ǥ' => "g",
        'ʜ' | 'ħ' | 'ɥ' | 'ɦ' => "h",
        'ı' | 'ɨ' | 'ɩ' | 'ɪ' | 'ᴉ' => "i",
        'ᴊ' | 'ʝ' | 'ɉ' | 'ȷ' => "j",
        'ᴋ' | 'ʞ' | 'ƙ' | 'ĸ' => "k",
        'ʟ' | 'ł' | 'ƚ' | 'ɫ' | 'ɬ' | 'ɭ' => "l",
        'ᴍ' | 'ɯ' | 'ɱ' => "m",
        'ɴ' | 'ɲ' | 'ɳ' | 'ŋ' | 'ƞ' => "n",
        'ᴏ' | 'ø' | 'ɵ' => "o",
        'ᴘ' | 'ƥ' => "p",
        'ǫ' | 'ʠ' => "q",
        'ʀ' | 'ɹ' | 'ɽ' | 'ʁ' | 'ɾ' | 'ɍ' => "r",
        'ꜱ' | 'ʂ' | 'ƨ' => "s",
        'ᴛ' | 'ʇ' | 'ƭ' | 'ʈ' | 'ŧ' => "t",
        'ᴜ' | 'ʉ' | 'ʊ' => "u",
        'ᴠ' | 'ʋ' | 'ʌ' => "v",
        'ᴡ' | 'ʍ' => "w",
        'ʏ' | 'ʎ' | 'ƴ' | 'ɏ' => "y",
        'ᴢ' | 'ʐ' | 'ƶ' => "z",
        'ς' => "σ",
        'ی' | 'ى' => "ي",
        'ک' => "ك",
        _ => return None,
    })
}

/// The Latin letter that a Cyrillic, Greek or Armenian one cannot be told from by eye.
pub(super) fn twin(ch: char) -> Option<char> {
    Some(match ch {
        'а' | 'α' => 'a',
        'в' => 'b',
        'с' => 'c',
        'ԁ' => 'd',
        'е' | 'є' => 'e',
        'һ' | 'н' | 'հ' => 'h',
        'і' | 'ι' => 'i',
        'ј' | 'յ' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'ո' => 'n',
        'о' | 'ο' | 'օ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' => 'y',
        _ => return None,
    })
}

/// The Latin letter that a foreign one plays inside an otherwise Latin word (`suiciде`).
pub(super) fn disguised(ch: char) -> Option<char> {
    twin(ch).or(Some(match ch {
        'λ' => 'a',
        'ь' | 'б' | 'β' => 'b',
        '¢' => 'c',
        'д' | 'δ' => 'd',
        'э' | 'ε' | 'з' | 'ξ' => 'e',
        'ф' => 'f',
        'ԍ' | 'ց' => 'g',
        'μ' | 'ц' => 'u',
        'и' | 'п' | 'л' | 'η' | 'π' => 'n',
        'θ' | 'σ' | 'ω' => 'o',
        'я' | 'г' => 'r',
        'γ' | 'ч' => 'y',
        'ш' | 'щ' => 'w',
        'ж' => 'x',
        'ζ' => 'z',
        _ => return None,
    }))
}

/// Letters of the scripts that [`twin`] knows.
pub(super) fn is_confusable_script(ch: char) -> bool {
    matches!(ch, '\u{370}'..='\u{52F}' | '\u{531}'..='\u{58A}') && ch.is_alphabetic()
}
