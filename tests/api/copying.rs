//! Memory is copied and compared as it should be, at every length and offset: with the musl target that is our own
//! `csrc/mem.c`.

use std::hint::black_box;

/// Different at every place, and not a multiple of any block.
fn pattern() -> Vec<u8> {
    (0..600_u32).map(|i| u8::try_from(i * 7 % 251).unwrap()).collect()
}

#[test]
fn copies_are_exact_and_touch_nothing_beside_them() {
    let from = pattern();
    for length in 0..300 {
        for (at, to) in [(0, 0), (1, 0), (0, 1), (3, 17), (16, 5), (33, 64)] {
            let mut copy = vec![255; 600];
            copy[to..to + black_box(length)].copy_from_slice(&from[at..at + length]);
            let right = |(i, byte): (usize, &u8)| {
                *byte == if (to..to + length).contains(&i) { from[i - to + at] } else { 255 }
            };
            assert!(copy.iter().enumerate().all(right), "{length} bytes from {at} to {to}");
        }
    }
}

#[test]
fn copies_may_overlap() {
    let from = pattern();
    for length in 0..300 {
        for (at, to) in [(0, 1), (1, 0), (0, 15), (15, 0), (0, 64), (64, 0), (100, 37), (37, 100), (0, 299)] {
            let mut moved = from.clone();
            moved.copy_within(at..at + black_box(length), to);
            let right = |(i, byte): (usize, &u8)| {
                *byte == if (to..to + length).contains(&i) { from[i - to + at] } else { from[i] }
            };
            assert!(moved.iter().enumerate().all(right), "{length} bytes from {at} to {to}");
        }
    }
}

#[test]
fn the_first_difference_decides_an_order() {
    let text = pattern();
    for length in 1..100 {
        for at in 0..length {
            for other in [0, 127, 128, 255] {
                let mut changed = text[..length].to_vec();
                changed[at] = other;
                // What follows the difference must not count.
                changed[at + 1..].fill(128);
                let by_hand = text.iter().zip(&changed).map(|(a, b)| a.cmp(b)).find(|order| order.is_ne());
                let order = text[..black_box(length)].cmp(&changed[..]);
                assert_eq!(order, by_hand.unwrap_or(std::cmp::Ordering::Equal), "{length}, {at}, {other}");
                assert_eq!(text[..black_box(length)] == changed[..], order.is_eq());
            }
        }
    }
}
