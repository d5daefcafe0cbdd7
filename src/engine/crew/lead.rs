//! The worker that leads: it shares out the work and puts the answers together.

use super::part::{divide, join_gradients, join_steps, of_members, rows_of_members};
use super::{Post, StepPart};
use crate::engine::Failure;
use crate::model::LlamaConfig;
use crate::objective::TargetTable;
use crate::plan::{AdamWConfig, Mixture, Shape, StepInput};
use js_sys::{Array, Float32Array, Promise, Reflect, Uint32Array};
use serde::Serialize;
use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(typescript_custom_section)]
const HANDS: &str = r"
/** Workers that compute for the one that leads. */
export interface Hands {
  /** At most so many are of use here; below 2 nothing is to be shared out. */
  readonly most: number;
  /** Sees to it that there are `count` of them with this module; how many there are. Never rejects. */
  start(count: number, module: WebAssembly.Module): Promise<number>;
  /** Calls a method of what a hand has under `key`. Typed arrays among `args` are given away. Rejects with a sentence. */
  call(hand: number, key: number, method: string, args: unknown[]): Promise<Float32Array | undefined>;
  /** Ends them all. */
  close(): void;
}
";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "Hands")]
    #[derive(Clone, Debug)]
    pub type Hands;
    #[wasm_bindgen(method, getter)]
    pub fn most(this: &Hands) -> u32;
    #[wasm_bindgen(method)]
    async fn start(this: &Hands, count: u32, module: JsValue) -> JsValue;
    #[wasm_bindgen(method)]
    fn call(this: &Hands, hand: u32, key: u32, method: &str, args: &Array) -> Promise;
    #[wasm_bindgen(method)]
    fn close(this: &Hands);
}

/// Hands that wait for populations; they are started for the first one that needs them and end with this.
#[derive(Debug)]
pub struct Crew {
    hands: Hands,
    /// For what is learnt or read next.
    next_key: Cell<u32>,
}

impl Crew {
    pub fn new(hands: Hands) -> Self {
        Self {
            hands,
            next_key: Cell::new(0),
        }
    }

    /// How many hands there are for a population. One is as good as none.
    pub(in crate::engine) async fn hands_for(&self, population: usize) -> usize {
        let wanted = self.hands.most().min(population as u32);
        if wanted < 2 {
            return 0;
        }
        let started = self.hands.start(wanted, wasm_bindgen::module()).await;
        started.as_f64().unwrap_or(0.0) as usize
    }

    fn key(&self) -> u32 {
        self.next_key.replace(self.next_key.get() + 1)
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.hands.close();
    }
}

/// A population in training on the hands of a crew.
pub struct CrewPlan {
    models: Rc<CrewModels>,
    table: Rc<TargetTable>,
    updates: u32,
}

impl CrewPlan {
    /// On so many hands, which must be there; `weights: [p, parameters]`.
    ///
    /// # Errors
    ///
    /// When a hand fails.
    pub async fn new(
        crew: Rc<Crew>,
        hands: usize,
        shape: Shape,
        weights: &[f32],
        optimizer: AdamWConfig,
        mixture: &Mixture,
        table: Rc<TargetTable>,
    ) -> Result<Self, Failure> {
        let models = CrewModels {
            key: crew.key(),
            crew,
            population: shape.population,
            members: divide(shape.population, hands),
            config: shape.config.clone(),
        };
        let learn = |members: &Range<usize>| {
            let part = |values: &[f32]| of_members(values, shape.population, members).to_vec();
            let post = Post {
                shape: Shape {
                    population: members.len(),
                    ..shape.clone()
                },
                optimizer,
                mixture: Mixture {
                    temperature: part(&mixture.temperature),
                    hard_weight: part(&mixture.hard_weight),
                },
            };
            let post = post.serialize(&serde_wasm_bindgen::Serializer::json_compatible());
            // Plain numbers and lists of them: nothing in it can be refused.
            let post = post.unwrap_or(JsValue::UNDEFINED);
            Array::of2(&post, &floats(&part(weights)))
        };
        models.ask("learn", learn).await?;
        Ok(Self {
            models: Rc::new(models),
            table,
            updates: 0,
        })
    }

    /// One update of every member. Nothing is waited for.
    pub fn step(&mut self, input: &StepInput<'_>) {
        self.models.post("step", |members| {
            let args = self.input(input, members);
            args.push(&input.rate.into());
            args
        });
        self.updates += 1;
    }

    /// Losses of the steps since they were last asked for, `[steps, p]`.
    ///
    /// # Errors
    ///
    /// When a hand has failed.
    pub async fn losses(&self) -> Result<Vec<f32>, Failure> {
        let parts = self.models.ask("losses", |_| Array::new()).await?;
        Ok(join_steps(&parts, &self.models.members))
    }

    /// Losses `[p]` and their gradient `[p, parameters]`.
    ///
    /// # Errors
    ///
    /// When a hand has failed.
    pub async fn gradient(&self, input: &StepInput<'_>) -> Result<(Vec<f32>, Vec<f32>), Failure> {
        let parts = self
            .models
            .ask("gradient", |members| self.input(input, members))
            .await?;
        Ok(join_gradients(&parts, &self.models.members))
    }

    pub fn updates(&self) -> u32 {
        self.updates
    }

    /// `[p, parameters]`.
    ///
    /// # Errors
    ///
    /// When a hand has failed.
    pub async fn weights(&self) -> Result<Vec<f32>, Failure> {
        self.models.gather("weights", |_| Array::new()).await
    }

    pub fn models(&self) -> Rc<CrewModels> {
        self.models.clone()
    }

    /// A step's input for some members, as [`StepPart`] has it.
    fn input(&self, input: &StepInput<'_>, members: &Range<usize>) -> Array {
        let part = StepPart::new(input, &self.table, self.models.population, members);
        let args = Array::of3(&words(&part.tokens), &words(&part.picked), &floats(&part.weights));
        args.push(&words(&part.shown));
        args.push(&floats(&part.words));
        args
    }
}

/// The models of a [`CrewPlan`], always as trained as that.
#[derive(Debug)]
pub struct CrewModels {
    crew: Rc<Crew>,
    /// What the hands know their members by.
    key: u32,
    config: LlamaConfig,
    population: usize,
    /// Of each hand.
    members: Vec<Range<usize>>,
}

impl CrewModels {
    pub fn config(&self) -> &LlamaConfig {
        &self.config
    }

    pub fn population(&self) -> usize {
        self.population
    }

    /// Logits `[p, k, v]` at `rows: [p, k]` of `tokens: [p, b, length]`.
    ///
    /// # Errors
    ///
    /// When a hand has failed.
    pub async fn logits_at(&self, tokens: &[u32], length: usize, rows: &[u32]) -> Result<Vec<f32>, Failure> {
        let args = |members: &Range<usize>| {
            Array::of3(
                &words(of_members(tokens, self.population, members)),
                &(length as u32).into(),
                &words(&rows_of_members(rows, tokens, self.population, members)),
            )
        };
        self.gather("logitsAt", args).await
    }

    /// Calls every hand, with arguments made for its members.
    fn post(&self, method: &str, args: impl Fn(&Range<usize>) -> Array) -> Array {
        let calls = self.members.iter().zip(0..);
        calls
            .map(|(members, hand)| self.crew.hands.call(hand, self.key, method, &args(members)))
            .collect()
    }

    /// The same, and waits for what they answer.
    async fn answers(&self, method: &str, args: impl Fn(&Range<usize>) -> Array) -> Result<Vec<Float32Array>, Failure> {
        let answers = JsFuture::from(Promise::all(&self.post(method, args)))
            .await
            .map_err(|error| failure(&error))?;
        let numbers = |answer: JsValue| answer.dyn_into().unwrap_or_else(|_| Float32Array::new_with_length(0));
        Ok(Array::from(&answers).iter().map(numbers).collect())
    }

    /// What each hand answers.
    async fn ask(&self, method: &str, args: impl Fn(&Range<usize>) -> Array) -> Result<Vec<Vec<f32>>, Failure> {
        Ok(self
            .answers(method, args)
            .await?
            .iter()
            .map(Float32Array::to_vec)
            .collect())
    }

    /// What all hands answer, one after another; copied once.
    async fn gather(&self, method: &str, args: impl Fn(&Range<usize>) -> Array) -> Result<Vec<f32>, Failure> {
        let answers = self.answers(method, args).await?;
        let mut all = vec![0.0; answers.iter().map(|answer| answer.length() as usize).sum()];
        let mut rest = all.as_mut_slice();
        for answer in answers {
            let (part, others) = rest.split_at_mut(answer.length() as usize);
            answer.copy_to(part);
            rest = others;
        }
        Ok(all)
    }
}

impl Drop for CrewModels {
    fn drop(&mut self) {
        self.post("free", |_| Array::new());
    }
}

/// Sequences being read by the models of a crew, as trained as they were when it began.
#[derive(Debug)]
pub struct CrewDecoder {
    models: Rc<CrewModels>,
    number: u32,
}

impl CrewDecoder {
    /// Reads `sequences` per member, `positions` at most.
    pub fn new(models: Rc<CrewModels>, sequences: usize, positions: usize) -> Self {
        let number = models.crew.key();
        let [number_js, sequences, positions] = [number, sequences as u32, positions as u32].map(JsValue::from);
        models.post("startDecoder", |_| Array::of3(&number_js, &sequences, &positions));
        Self { models, number }
    }

    /// Reads `length` more tokens of every sequence, `[p, b, length]`: the logits after the last, `[p, b, v]`.
    ///
    /// # Errors
    ///
    /// When a hand has failed.
    pub async fn next(&mut self, tokens: &[u32], length: usize) -> Result<Vec<f32>, Failure> {
        let args = |members: &Range<usize>| {
            let part = of_members(tokens, self.models.population, members);
            Array::of3(&self.number.into(), &words(part), &(length as u32).into())
        };
        self.models.gather("next", args).await
    }
}

impl Drop for CrewDecoder {
    fn drop(&mut self) {
        self.models.post("dropDecoder", |_| Array::of1(&self.number.into()));
    }
}

fn words(values: &[u32]) -> JsValue {
    Uint32Array::from(values).into()
}

fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}

/// The sentence of an error of JavaScript.
fn failure(error: &JsValue) -> Failure {
    let message = Reflect::get(error, &"message".into()).ok();
    let text = message.and_then(|message| message.as_string());
    Failure(text.unwrap_or_else(|| "a worker stopped without saying why".to_owned()))
}
