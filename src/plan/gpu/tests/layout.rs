//! Places do not overlap, and are where the kernels expect them.

use std::collections::HashSet;

use proptest::prelude::*;

use super::super::layout::{Activations, Arena, Sizes, Weights, rotary};
use crate::model::LlamaConfig;
use crate::plan::Shape;

fn shape(population: usize, [sequences, length, rows]: [usize; 3], config: LlamaConfig) -> Shape {
    Shape {
        config,
        population,
        sequences,
        length,
        rows,
    }
}

#[test]
fn shapes_that_the_kernels_cannot_do_are_refused() {
    let config = LlamaConfig::sized(384, 64, 128, 2);
    let good = shape(3, [30, 27, 120], config);
    assert!(Sizes::new(&good).is_ok());
    let refused = |change: fn(&mut Shape)| {
        let mut bad = good.clone();
        change(&mut bad);
        Sizes::new(&bad).unwrap_err()
    };
    assert!(refused(|s| s.config.vocab_size = 383).contains("multiples of 4"));
    assert!(refused(|s| s.config.intermediate_size = 130).contains("multiples of 4"));
    assert!(refused(|s| s.config.num_attention_heads = 16).contains("not a multiple of 8"));
    assert!(refused(|s| s.config.num_attention_heads = 0).contains("not a multiple of 8"));
    assert!(refused(|s| s.population = 0).contains("nothing in it"));
    assert!(refused(|s| s.rows = 0).contains("nothing in it"));
    assert!(refused(|s| s.config.num_hidden_layers = 0).contains("nothing in it"));
    assert!(refused(|s| s.population = 1 << 20).contains("too many to count"));
}

#[test]
fn the_rotation_begins_at_no_angle_and_keeps_lengths() {
    let config = LlamaConfig::sized(8, 64, 4, 1);
    let half = config.head_dim() / 2;
    let all = rotary(&config, 5);
    assert_eq!(all.len(), 5 * 2 * half);
    assert_eq!(all[..half], vec![1.0; half]);
    assert_eq!(all[half..2 * half], vec![0.0; half]);
    for position in all.chunks_exact(2 * half) {
        let (cosines, sines) = position.split_at(half);
        for (c, s) in cosines.iter().zip(sines) {
            assert!((c * c + s * s - 1.0).abs() < 1e-6);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn regions_of_the_arena_are_apart_and_aligned(counts in proptest::collection::vec(0u32..1_000, 1..40)) {
        let mut arena = Arena::default();
        let mut free = 0;
        for count in counts {
            let place = arena.take(count);
            prop_assert!(place >= free);
            prop_assert_eq!(16 * place % 256, 0);
            free = place + count;
        }
        prop_assert!(arena.bytes() >= 16 * u64::from(free));
    }

    #[test]
    fn tensors_follow_each_other(heads in 1usize..5, f in 1usize..20, v in 1usize..20, layers in 1usize..4) {
        let mut config = LlamaConfig::sized(4 * v, 16 * heads, 4 * f, layers);
        config.num_attention_heads = heads;
        let weights = Weights::new(&config);
        let mut places = vec![0];
        for layer in &weights.layers {
            places.extend([layer.attention_norm, layer.qkv, layer.out]);
            places.extend([layer.mlp_norm, layer.gate_up, layer.down]);
        }
        places.extend([weights.norm, weights.head, (config.parameter_count() / 4) as u32]);
        let sizes = config.parameters().into_iter().map(|(_, shape)| shape.iter().product::<usize>() / 4);
        let gaps = places.windows(2).map(|pair| (pair[1] - pair[0]) as usize);
        prop_assert!(gaps.eq(sizes));
    }

    #[test]
    fn layers_share_what_no_backward_pass_needs(layers in 1usize..5, population in 1usize..4) {
        let config = LlamaConfig::sized(8, 32, 4, layers);
        let sizes = Sizes::new(&shape(population, [2, 5, 3], config)).unwrap();
        let (mut kept, mut shared) = (Arena::default(), Arena::default());
        let own = Activations::new(&sizes, &mut kept, true);
        let one = Activations::new(&sizes, &mut shared, false);
        let distinct = |places: &[u32]| places.iter().collect::<HashSet<_>>().len();
        for (own, one) in [(&own.stream, &one.stream), (&own.qkv, &one.qkv), (&own.gated, &one.gated)] {
            prop_assert_eq!(distinct(own), own.len());
            prop_assert_eq!(distinct(one), 1);
            prop_assert_eq!(own.len(), one.len());
        }
        prop_assert!(shared.bytes() < kept.bytes());
    }
}
