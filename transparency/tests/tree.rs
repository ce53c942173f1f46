//! The tree is that of the RFCs, and its proofs hold for what they prove and for nothing else.

use holdfast_transparency::error::ProofError;
use holdfast_transparency::hash::{NodeHash, from_hex, to_hex};
use holdfast_transparency::tree::{Consistency, Frontier, Gather, Inclusion, root};
use proptest::prelude::*;

/// The inputs and roots that implementations of RFC 6962 have in common.
const ENTRIES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn bytes(hex: &str) -> Vec<u8> {
    let digits = (0..hex.len()).step_by(2);
    digits
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn known(size: usize) -> Vec<NodeHash> {
    let entries = ENTRIES[..size].iter();
    entries.map(|entry| NodeHash::leaf(&bytes(entry))).collect()
}

fn hashes(hex: &[&str]) -> Vec<NodeHash> {
    let hashes = hex.iter().map(|hash| NodeHash(from_hex(hash).unwrap()));
    hashes.collect()
}

fn leaves(count: u64) -> Vec<NodeHash> {
    (0..count)
        .map(|number| NodeHash::leaf(&number.to_be_bytes()))
        .collect()
}

/// The definition of the RFC, word for word.
fn defined_root(leaves: &[NodeHash]) -> NodeHash {
    match leaves {
        [] => NodeHash::empty(),
        [leaf] => *leaf,
        _ => {
            let mut split = 1;
            while split * 2 < leaves.len() {
                split *= 2;
            }
            let (left, right) = leaves.split_at(split);
            NodeHash::node(&defined_root(left), &defined_root(right))
        }
    }
}

#[test]
fn roots_are_those_known_of_the_rfc() {
    for (size, expected) in ROOTS.iter().enumerate() {
        assert_eq!(to_hex(&root(known(size)).0), *expected, "{size} leaves");
    }
}

#[test]
fn proofs_are_those_known_of_the_rfc() {
    let inclusion = Inclusion::prove(5, 8, known(8)).unwrap();
    let expected = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(inclusion.path, hashes(&expected));
    let consistency = Consistency::prove(6, 8, known(8)).unwrap();
    let expected = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(consistency.path, hashes(&expected));
}

#[test]
fn a_stream_gives_the_root_of_the_definition_at_every_size_and_goes_on_after_a_pause() {
    let all = leaves(130);
    let mut frontier = Frontier::new();
    for (size, leaf) in all.iter().enumerate() {
        assert_eq!(frontier.root(), defined_root(&all[..size]));
        frontier = Frontier::from_bytes(&frontier.to_bytes()).unwrap();
        frontier.push(*leaf);
        assert_eq!(frontier.size(), size as u64 + 1);
    }
}

#[test]
fn roots_at_several_sizes_come_of_one_pass() {
    let all = leaves(50);
    let mut gather = Gather::new([0..0, 0..7, 0..50]);
    for leaf in &all {
        gather.push(*leaf);
    }
    let expected = [&all[..0], &all[..7], &all[..]].map(defined_root);
    assert_eq!(gather.finish().unwrap(), expected);
}

#[test]
fn every_leaf_of_every_tree_is_proved_at_its_place_and_at_no_other() {
    for size in 1..=33 {
        let all = leaves(size);
        let root = root(all.clone());
        for index in 0..size {
            let proof = Inclusion::prove(index, size, all.clone()).unwrap();
            assert_eq!(proof.check(all[index as usize], root), Ok(()));
            for other in 0..size + 2 {
                let moved = Inclusion {
                    index: other,
                    ..proof.clone()
                };
                let outcome = moved.check(all[index as usize], root);
                assert_eq!(
                    outcome.is_ok(),
                    other == index,
                    "{index} as {other} of {size}"
                );
            }
            assert!(proof.check(NodeHash::leaf(b"other"), root).is_err());
        }
        let outside = Inclusion::prove(size, size, all);
        assert_eq!(outside, Err(ProofError::OutsideTree { index: size, size }));
    }
}

#[test]
fn every_tree_is_proved_to_continue_every_earlier_one() {
    for new in 0..=33 {
        let all = leaves(new);
        let new_root = root(all.clone());
        for old in 0..=new {
            let proof = Consistency::prove(old, new, all.clone()).unwrap();
            let old_root = root(all[..old as usize].to_vec());
            assert_eq!(proof.check(old_root, new_root), Ok(()), "{old} to {new}");
            let other = NodeHash::leaf(b"other");
            assert!(proof.check(other, new_root).is_err());
            assert!(old == 0 || proof.check(old_root, other).is_err());
        }
    }
    let shrinks = Consistency::prove(3, 2, leaves(2));
    assert_eq!(shrinks, Err(ProofError::Shrinks { old: 3, new: 2 }));
}

#[test]
fn a_proof_is_not_made_from_too_few_leaves() {
    let lacking = Err(ProofError::LeavesLacking { need: 8, have: 7 });
    assert_eq!(Inclusion::prove(2, 8, leaves(7)), lacking);
}

#[test]
fn a_frontier_that_cannot_be_is_refused() {
    let good: Frontier = leaves(5).into_iter().collect();
    let good = good.to_bytes();
    let mut too_large = u64::MAX.to_be_bytes().to_vec();
    too_large.extend([0; 64 * 32]);
    for bytes in [
        &good[..7],
        &good[..good.len() - 1],
        &[0; 40],
        &too_large,
        &[],
    ] {
        assert!(Frontier::from_bytes(bytes).is_err());
    }
    assert!(Frontier::from_bytes(&good).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_proof_with_any_hash_changed_added_left_out_or_swapped_fails(
        (new, old, index) in (2_u64..200).prop_flat_map(|new| (Just(new), 1..=new, 0..new)),
        at in any::<prop::sample::Index>(),
        how in 0..4,
    ) {
        let all = leaves(new);
        let (old_root, new_root) = (root(all[..old as usize].to_vec()), root(all.clone()));
        let change = |path: &mut Vec<NodeHash>| {
            let place = at.index(path.len().max(1));
            match how {
                0 if !path.is_empty() => path[place].0[place % 32] ^= 1,
                1 if !path.is_empty() => drop(path.remove(place)),
                2 if path.len() > 1 => {
                    let last = path.len() - 1;
                    path.swap(place, (place + 1) % (last + 1));
                }
                _ => path.insert(place.min(path.len()), NodeHash([7; 32])),
            }
        };
        let mut inclusion = Inclusion::prove(index, new, all.clone()).unwrap();
        prop_assert_eq!(inclusion.check(all[index as usize], new_root), Ok(()));
        change(&mut inclusion.path);
        prop_assert!(inclusion.check(all[index as usize], new_root).is_err());
        let mut consistency = Consistency::prove(old, new, all.clone()).unwrap();
        prop_assert_eq!(consistency.check(old_root, new_root), Ok(()));
        change(&mut consistency.path);
        prop_assert!(consistency.check(old_root, new_root).is_err());
    }

    #[test]
    fn checking_any_proof_answers_and_never_panics(
        sizes in any::<(u64, u64)>(),
        path in prop::collection::vec(any::<[u8; 32]>().prop_map(NodeHash), 0..70),
    ) {
        let (index, size) = sizes;
        let root = NodeHash([1; 32]);
        let inclusion = Inclusion { index, size, path: path.clone() };
        prop_assert!(inclusion.check(root, NodeHash([2; 32])).is_err());
        let consistency = Consistency { old: index, new: size, path };
        prop_assert!(consistency.check(root, NodeHash([2; 32])).is_err());
    }
}
