//! A light guess at a text's language: by script, and in Latin script by its commonest words.
//!
//! It serves one purpose: a classifier says "I do not know this language" instead of "nothing found".
//! So it names a language only when it is fairly sure, and short texts stay undetermined.

mod words;

/// What language a text seems to be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// This one (BCP 47).
    Known(&'static str),
    /// Surely none of those that are known.
    Other,
    /// Too short or too mixed to say.
    Undetermined,
}

/// Words that a guess takes at least.
const FEWEST_WORDS: usize = 5;

/// Guesses from the normalised text; what the platform declares decides only where the text does not.
pub fn guess(normalised: &str, declared: Option<&str>) -> Guess {
    let by_text = by_script(normalised).unwrap_or_else(|| by_words(normalised));
    match (by_text, declared.and_then(known)) {
        (Guess::Undetermined, Some(language)) => Guess::Known(language),
        _ => by_text,
    }
}

/// The known language of a BCP 47 tag, region ignored.
fn known(tag: &str) -> Option<&'static str> {
    let main = tag.split(['-', '_']).next()?;
    let codes = words::COMMON.iter().map(|(code, _)| *code);
    codes
        .chain(["ar"])
        .find(|code| code.eq_ignore_ascii_case(tag) || code.eq_ignore_ascii_case(main))
}

fn by_script(text: &str) -> Option<Guess> {
    let (mut latin, mut arabic, mut other) = (0usize, 0usize, 0usize);
    let mut beyond_arabic = 0usize;
    for ch in text.chars().filter(|ch| ch.is_alphabetic()) {
        match ch {
            _ if ch.is_ascii() => latin += 1,
            '\u{600}'..='\u{6FF}' => {
                arabic += 1;
                // Letters of Persian, Urdu and Pashto that Arabic lacks.
                beyond_arabic += usize::from(matches!(
                    ch,
                    'پ' | 'چ' | 'گ' | 'ژ' | 'ٹ' | 'ڑ' | 'ے' | 'ں' | 'ہ'
                ));
            }
            // A Han or Hangul character says as much as several letters.
            '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' => other += 3,
            _ => other += 1,
        }
    }
    if latin >= arabic + other || latin + arabic + other < 6 {
        return None;
    }
    let is_arabic = arabic > other && beyond_arabic * 25 < arabic;
    Some(if is_arabic {
        Guess::Known("ar")
    } else {
        Guess::Other
    })
}

fn by_words(text: &str) -> Guess {
    let words: Vec<&str> = text
        .split_whitespace()
        // Emoji are named in English in every language.
        .filter(|word| !(word.starts_with(':') && word.ends_with(':')))
        .flat_map(|word| word.split(|ch: char| !ch.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .take(200)
        .collect();
    if words.len() < FEWEST_WORDS {
        return Guess::Undetermined;
    }
    let count = |common: &[&str]| words.iter().filter(|word| common.contains(word)).count();
    let counted = words::COMMON
        .iter()
        .map(|(code, common)| (count(common), *code));
    // The earlier language wins a tie.
    let (most, code) = counted.rev().max().map_or((0, ""), |best| best);
    let english = count(words::COMMON[0].1);
    if most == english && most * 12 >= words.len() {
        return Guess::Known("en");
    }
    if most >= 2 && most * 6 >= words.len() && most > english {
        return Guess::Known(code);
    }
    if most == 0 && words.len() >= 8 || most * 14 < words.len() && words.len() >= 20 {
        return Guess::Other;
    }
    Guess::Undetermined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(text: &str) -> Guess {
        guess(crate::normalise::normalise(text).text(), None)
    }

    #[test]
    fn common_words_and_scripts_tell_the_language() {
        assert_eq!(
            guessed("I went to the shop and it was raining again"),
            Guess::Known("en")
        );
        assert_eq!(
            guessed("No sé qué hacer con todo esto, estoy muy cansada de la vida"),
            Guess::Known("es")
        );
        assert_eq!(
            guessed("ich weiß nicht was ich noch machen soll und bin müde"),
            Guess::Known("de")
        );
        assert_eq!(guessed("لا أعرف ماذا أفعل بعد اليوم"), Guess::Known("ar"));
        assert_eq!(guessed("Я больше не могу так жить"), Guess::Other);
        assert_eq!(guessed("もう生きていたくない"), Guess::Other);
        assert_eq!(
            guessed("tänään kävin kaupassa enkä jaksanut enää mitään muuta tehdä"),
            Guess::Other
        );
    }

    #[test]
    fn short_texts_stay_undetermined_unless_the_platform_declares_the_language() {
        assert_eq!(guessed("lol ok"), Guess::Undetermined);
        assert_eq!(guess("ok", Some("fr-CA")), Guess::Known("fr"));
        assert_eq!(guess("ok", Some("fi")), Guess::Undetermined);
        assert_eq!(guessed("ok 😂 😭 🙈 💀 🔥"), Guess::Undetermined);
    }
}
