use proptest::prelude::*;

use super::{fast, normalise, normalise_thoroughly};

#[track_caller]
fn reads(original: &str, expected: &str) {
    assert_eq!(normalise(original).text(), expected, "of {original:?}");
}

#[test]
fn plain_text_only_loses_case_apostrophes_and_spare_blanks() {
    reads(
        "  I'm   OK,\r\n\r\nreally. Don't worry! ",
        "im ok,\nreally. dont worry!",
    );
}

#[test]
fn leetspeak_is_read_as_the_word_it_disguises() {
    reads("su1c1d@l", "suicidal");
    reads(
        "1 c4n't st0p th1nk1ng ab0ut k1ll1ng mys3lf",
        "i cant stop thinking about killing myself",
    );
    reads(
        "$uicide, su!c!de, s*icide, sui*ci*dal",
        "suicide, suicide, suicide, suicidal",
    );
    reads("wanna k!ll m*self", "wanna kill myself");
    reads("n0b0dy likes m0lly", "nobody likes molly");
}

#[test]
fn numbers_units_and_text_speak_stay_numbers() {
    let plain = "at 2 pm i was 100% sure, took 20mg of b12 on the 3rd, ps5 for $50, b4 10k, 5150, 2nite, gr8";
    reads(plain, plain);
    reads("mail me at a1ex@b0x.com", "mail me at a1ex@b0x.com");
}

#[test]
fn spaced_and_dotted_letters_become_words() {
    reads("i want to d-i-e", "i want to die");
    reads("s.u.i.c.i.d.e and s/u/i/c/i/d/e", "suicide and suicide");
    reads("just k i l l me", "just kill me");
    reads("m u m   i s   n o t   o k", "mum is not ok");
    reads("i.m d.o.i.n.g i.t after", "im doing it after");
    reads("5 u 1 c 1 d a l again", "suicidal again");
    reads(
        "w h a t i s t h e p o i n t o f b e i n g a l i v e",
        "what is the point of being alive",
    );
    reads(
        "su-i-ci-de and self-harm, e.g. at 9 a.m.",
        "suicide and self-harm, e.g. at 9 a.m.",
    );
    reads("i have a b or c", "i have a b or c");
}

#[test]
fn stretched_letters_are_squeezed_to_a_known_word() {
    reads("i wanna dieeeee soooo baaad", "i wanna die so bad");
    reads(
        "ssuuiicciiddaall committee balloon",
        "suicidal committee balloon",
    );
}

#[test]
fn unicode_disguises_fall_away() {
    reads("s\u{200b}ui\u{ad}ci\u{2060}de", "suicide");
    reads("ｋｉｌｌ 𝓶𝔂𝓼𝓮𝓵𝓯 ⓓⓘⓔ 🅳🅸🅴", "kill myself die die");
    reads(
        "hope u ԁіе in ur sleep ӏоѕеr",
        "hope u die in ur sleep loser",
    );
    reads("d̷i̷e̸ sᴏ ᴏᴄᴅ \u{202e}abc\u{202c}", "die so ocd abc");
    reads("🇰🇾🇸 from 🇬🇧", "kys from");
}

#[test]
fn emoji_come_out_as_words() {
    reads("took 💊💊", "took :pill: :pill:");
    reads("you 🐀", "you :rat:");
    reads("so funny😂!", "so funny :joy: !");
    reads("👍🏽 🙈", ":thumbsup: :see_no_evil:");
    reads("👍🏽👍🏻👍🏿👍 ok", ":thumbsup: :thumbsup: ok");
    reads("🏳\u{fe0f}\u{200d}🌈 pride", ":white_flag: :rainbow: pride");
    reads("© ™ № → ½", "© tm no → 1/2");
    reads("a ↮ b", "a :left_right_arrow: b");
}

#[test]
fn a_flood_of_one_emoji_leaves_the_sentence_in_sight() {
    let flood = "😭".repeat(5000);
    reads(
        &format!("{flood}i want to die{flood}"),
        ":sob: :sob: i want to die :sob: :sob:",
    );
}

#[test]
fn other_languages_keep_their_letters_and_lose_their_accents() {
    reads("Je n'en peux plus, être là", "je nen peux plus, etre la");
    reads(
        "Ich möchte nicht mehr, Straße",
        "ich mochte nicht mehr, strasse",
    );
    reads("İstemiyorum artık", "istemiyorum artik");
    reads("Я не хочу жить", "я не хочу жить");
    reads("मैं ठीक नहीं हूँ", "मैं ठीक नहीं हूँ");
    reads("أريد أن أموت", "اريد ان اموت");
    reads("죽고 싶다", "죽고 싶다");
}

#[test]
fn a_span_covers_the_whole_disguise_and_nothing_beside_it() {
    let original = "ok 🙂 — so K\u{200b}1LL  mys\u{308}3lf! bye";
    let normalised = normalise(original);
    let at = normalised.text().find("kill myself").unwrap();
    let span = normalised.original_span(at..at + "kill myself".len());
    assert_eq!(&original[span], "K\u{200b}1LL  mys\u{308}3lf");
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a duration is measured, nothing decided by it"
)]
fn hostile_text_of_64_kib_costs_no_more_than_its_length() {
    let takes = |text: &str| {
        let start = std::time::Instant::now();
        let normalised = normalise(text);
        assert!(normalised.text().len() <= 16 * text.len());
        start.elapsed()
    };
    for unit in [
        "1",
        "a ",
        "a.b ",
        "d!3",
        "aabbcc",
        "s*i",
        "🇰",
        "e\u{301}\u{302}",
        "а",
        "k i  ",
        "x1y2 ",
        "ﷺ",
        "'a",
        "a-",
    ] {
        let short = takes(&unit.repeat(4096 / unit.len()));
        let long = takes(&unit.repeat(65536 / unit.len()));
        // Sixteen times the text may cost sixteen times as much, and the machine may be busy.
        assert!(
            long < short * 100 + std::time::Duration::from_millis(300),
            "{unit:?}: {short:?} then {long:?}"
        );
    }
}

/// Letters with the tricks that hide them; each stands for its letter whatever is around it.
fn hidden_letter(letter: char) -> BoxedStrategy<String> {
    let plain = Just(letter.to_string());
    let upper = Just(letter.to_ascii_uppercase().to_string());
    let offset = letter as u32 - 'a' as u32;
    let shifted = move |base: u32| char::from_u32(base + offset).unwrap_or(letter).to_string();
    let forms = [0xFF41, 0x24D0, 0x1F150, 0x1F170, 0x1D5BA, 0x1D68A].map(shifted);
    let form = proptest::sample::select(forms.to_vec());
    let twin = Just(match letter {
        'a' => "а",
        'c' => "с",
        'd' => "ԁ",
        'e' => "е",
        'h' => "һ",
        'i' => "і",
        'l' => "ӏ",
        'o' => "о",
        's' => "ѕ",
        'y' => "у",
        'm' => "м",
        'k' => "к",
        _ => "",
    })
    .prop_map(move |twin| {
        if twin.is_empty() {
            letter.to_string()
        } else {
            twin.to_owned()
        }
    });
    let marked = prop::collection::vec(0x300u32..0x36F, 1..4).prop_map(move |marks| {
        std::iter::once(letter)
            .chain(marks.into_iter().filter_map(char::from_u32))
            .collect()
    });
    prop_oneof![4 => plain, 1 => upper, 1 => form, 1 => twin, 1 => marked].boxed()
}

fn hidden_phrase(phrase: &'static str) -> BoxedStrategy<String> {
    let hole = proptest::sample::select(vec![
        "", "", "", "\u{200b}", "\u{ad}", "\u{2060}", "\u{202e}", "\u{feff}",
    ]);
    let blank = proptest::sample::select(vec![" ", "  ", "\n", "\u{a0}", " \t "]);
    let mut whole: BoxedStrategy<String> = Just(String::new()).boxed();
    let letters: Vec<char> = phrase.chars().collect();
    for (at, letter) in letters.iter().copied().enumerate() {
        let next = if letter == ' ' {
            blank.clone().prop_map(str::to_owned).boxed()
        } else {
            hidden_letter(letter)
        };
        let inside = at + 1 < letters.len() && letter != ' ' && letters[at + 1] != ' ';
        let gap = if inside {
            hole.clone().boxed()
        } else {
            Just("").boxed()
        };
        whole = (whole, next, gap)
            .prop_map(|(whole, next, gap)| whole + &next + gap)
            .boxed();
    }
    whole
}

const SURROUNDINGS: &str = "[ a-zA-Z0-9.,!?é😀ßа́-]{0,40}";

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_span_points_at_what_it_names(
        before in SURROUNDINGS,
        hidden in prop_oneof![hidden_phrase("kill myself"), hidden_phrase("suicidal"), hidden_phrase("die alone today")],
        after in SURROUNDINGS,
    ) {
        let original = format!("{before} zzyq; {hidden} ;qyzz {after}");
        let normalised = normalise(&original);
        let text = normalised.text();
        let found = ["kill myself", "suicidal", "die alone today", "kill\nmyself", "die\nalone\ntoday", "die\nalone today", "die alone\ntoday"]
            .iter()
            .find_map(|phrase| text.match_indices(phrase).next().map(|(at, phrase)| at..at + phrase.len()));
        let found = found.unwrap_or_else(|| panic!("not found in {text:?}"));
        prop_assert_eq!(&original[normalised.original_span(found)], &hidden[..]);
    }

    #[test]
    fn normalising_again_changes_nothing(text in prop_oneof![any::<String>(), "[ a-dA-D0-5.\\-!*@'é\u{301}а\n]{0,60}", "[ksui1!.\\- ]{0,40}"]) {
        let once = normalise(&text);
        let twice = normalise(once.text());
        prop_assert_eq!(once.text(), twice.text());
    }

    #[test]
    fn spans_lie_on_boundaries_and_never_run_backwards(text in any::<String>(), from in 0usize..80, len in 0usize..40) {
        let normalised = normalise(&text);
        let span = normalised.original_span(from..from + len);
        prop_assert!(span.start <= span.end && text.get(span.clone()).is_some());
        let later = normalised.original_span(from + 1..from + len + 2);
        prop_assert!(later.start >= span.start && later.end >= span.end);
    }

    #[test]
    fn the_fast_path_and_the_slow_path_agree(text in prop_oneof![
        "[ -~\n\r\t]{0,80}", "[ abI'.!\n]{0,40}", "([a-z']{1,7}[ ,.!]{1,2}){0,12}",
    ]) {
        if let Some(fast) = fast::normalise_plain(&text) {
            let slow = normalise_thoroughly(&text);
            prop_assert_eq!(fast.text(), slow.text());
            for at in 0..=slow.text().len() {
                let end = (at + 3).min(slow.text().len());
                prop_assert_eq!(fast.original_span(at..end), slow.original_span(at..end), "at {}", at);
            }
        }
    }
}

/// Prints what a post costs. Run by hand: `cargo test --release -p holdfast-classifiers cost -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a promise"]
#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "its result is what it prints"
)]
fn cost_of_an_ordinary_post() {
    let post = "Went to the shop with my sister today and it was raining the whole way. We had a nice chat about her new job \
                and then I made soup for everyone. I'm still tired, but it was good to be outside for once, and nobody asked me anything.";
    let start = std::time::Instant::now();
    for _ in 0..100_000 {
        std::hint::black_box(normalise(std::hint::black_box(post)));
    }
    println!(
        "fast path: {} bytes in {:?}",
        post.len(),
        start.elapsed() / 100_000
    );
    let disguised = post.replace("nice", "n1ce");
    let start = std::time::Instant::now();
    for _ in 0..20_000 {
        std::hint::black_box(normalise(std::hint::black_box(&disguised)));
    }
    println!(
        "slow path: {} bytes in {:?}",
        post.len(),
        start.elapsed() / 20_000
    );
    let (set, normalised) = (crate::lexicon::shipped().unwrap(), normalise(post));
    let start = std::time::Instant::now();
    for _ in 0..20_000 {
        std::hint::black_box(set.find(std::hint::black_box(normalised.text())));
    }
    println!(
        "all lexicons: {} bytes in {:?}",
        post.len(),
        start.elapsed() / 20_000
    );
}
