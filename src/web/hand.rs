//! What a hand's worker calls: [`crate::engine::crew::Hand`], with numbers as typed arrays.

use super::from_js;
use crate::engine::crew::{self, StepPart};
use wasm_bindgen::prelude::*;

/// Some members of a population, in training.
#[wasm_bindgen]
pub struct Hand(crew::Hand);

#[wasm_bindgen]
impl Hand {
    /// `post`: sizes and constants; `weights: [members, parameters]`.
    pub fn learn(post: JsValue, weights: &[f32]) -> Result<Hand, JsError> {
        Ok(Self(crew::Hand::new(from_js(post)?, weights)))
    }

    pub fn step(
        &mut self,
        tokens: Vec<u32>,
        picked: Vec<u32>,
        weights: Vec<f32>,
        shown: Vec<u32>,
        words: Vec<f32>,
        rate: f64,
    ) {
        self.0.step(&part(tokens, picked, weights, shown, words), rate);
    }

    pub fn losses(&mut self) -> Vec<f32> {
        self.0.losses()
    }

    pub fn gradient(
        &mut self,
        tokens: Vec<u32>,
        picked: Vec<u32>,
        weights: Vec<f32>,
        shown: Vec<u32>,
        words: Vec<f32>,
    ) -> Vec<f32> {
        self.0.gradient(&part(tokens, picked, weights, shown, words))
    }

    pub fn weights(&self) -> Vec<f32> {
        self.0.weights().to_vec()
    }

    #[wasm_bindgen(js_name = logitsAt)]
    pub fn logits_at(&mut self, tokens: &[u32], length: usize, rows: &[u32]) -> Vec<f32> {
        self.0.logits_at(tokens, length, rows)
    }

    #[wasm_bindgen(js_name = startDecoder)]
    pub fn start_decoder(&mut self, number: u32, sequences: usize, positions: usize) {
        self.0.start_decoder(number, sequences, positions);
    }

    pub fn next(&mut self, number: u32, tokens: &[u32], length: usize) -> Option<Vec<f32>> {
        self.0.next(number, tokens, length)
    }

    #[wasm_bindgen(js_name = dropDecoder)]
    pub fn drop_decoder(&mut self, number: u32) {
        self.0.drop_decoder(number);
    }
}

fn part(tokens: Vec<u32>, picked: Vec<u32>, weights: Vec<f32>, shown: Vec<u32>, words: Vec<f32>) -> StepPart {
    StepPart {
        tokens,
        picked,
        weights,
        shown,
        words,
    }
}
