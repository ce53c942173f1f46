//! Proves that the style sheet's colours can be read: WCAG 2.2 contrast of every pair used together.

use std::collections::BTreeMap;

const CSS: &str = include_str!("../../assets/console.css");

/// Text on its ground: at least 4.5 to 1.
const TEXT: &[(&str, &str)] = &[
    ("text", "page"),
    ("text", "surface"),
    ("text", "sunken"),
    ("muted", "page"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("link", "page"),
    ("link", "surface"),
    ("link", "sunken"),
    ("button-text", "button"),
    ("careful-text", "careful"),
    ("act-now-text", "act-now"),
    ("urgent-text", "urgent"),
    ("soon-text", "soon"),
    ("none-text", "none"),
    ("unscored-text", "unscored"),
    ("good-text", "good"),
    ("warn-text", "warn"),
    ("bad-text", "bad"),
    ("bad-text", "surface"),
    ("evidence-text", "evidence"),
    ("page", "text"),
];

/// Shapes that carry meaning on their ground: at least 3 to 1.
const SHAPES: &[(&str, &str)] = &[
    ("control", "surface"),
    ("control", "page"),
    ("control", "sunken"),
    ("focus", "page"),
    ("focus", "surface"),
    ("focus", "sunken"),
    ("act-now", "surface"),
    ("urgent-line", "surface"),
    ("soon-line", "surface"),
    ("none-line", "surface"),
    ("unscored-line", "surface"),
    ("evidence-line", "evidence"),
    ("evidence-line", "surface"),
    ("bad-line", "surface"),
    ("warn-line", "surface"),
];

type Palette = BTreeMap<&'static str, f64>;

/// The light and the dark palette, as luminances by name.
fn palettes() -> (Palette, Palette) {
    let blocks: Vec<&str> = CSS.split(":root {").collect();
    let read = |block: &'static str| -> Palette {
        block
            .split('}')
            .next()
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"))
            .map(|(name, hex)| (name, luminance(hex.trim_end_matches(';'))))
            .collect()
    };
    (read(blocks[1]), read(blocks[2]))
}

fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour of six digits");
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(palette: &Palette, (one, other): (&str, &str)) -> f64 {
    let (one, other) = (palette[one], palette[other]);
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn black_on_white_has_the_greatest_contrast() {
    let palette = Palette::from([
        ("black", luminance("000000")),
        ("white", luminance("ffffff")),
    ]);
    assert!((contrast(&palette, ("black", "white")) - 21.0).abs() < 1e-9);
}

#[test]
fn every_pair_of_colours_can_be_read_in_light_and_dark() {
    let (light, dark) = palettes();
    let mut unreadable = Vec::new();
    for (theme, palette) in [("light", &light), ("dark", &dark)] {
        for (pairs, least) in [(TEXT, 4.5), (SHAPES, 3.0)] {
            for &pair in pairs {
                let found = contrast(palette, pair);
                if found < least {
                    unreadable.push(format!("{theme} {pair:?}: {found:.2} < {least}"));
                }
            }
        }
    }
    assert!(unreadable.is_empty(), "{unreadable:#?}");
}

#[test]
fn both_themes_name_the_same_colours() {
    let (light, dark) = palettes();
    assert_eq!(
        light.keys().collect::<Vec<_>>(),
        dark.keys().collect::<Vec<_>>()
    );
}
