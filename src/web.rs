//! What the page's worker calls. Bindings only: everything that decides lives in the layers below.

mod hand;

use crate::device::{self, DeviceError};
use crate::engine::crew::{Crew, Hands};
use crate::model::hub;
use crate::protocol::{Backend, BenchmarkOptions, DeviceInfo, Inspect, Plan, Settings, TeacherInfo};
use crate::session::{Library, ModelFiles, Session, benchmark};
use js_sys::{Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(start)]
fn start() {
    // A panic reaches the page as an error with its message, not as "unreachable executed".
    std::panic::set_hook(Box::new(|info| web_sys::console::error_1(&info.to_string().into())));
}

/// The files of a shipped model.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "ModelBytes")]
    pub type ModelBytes;
    #[wasm_bindgen(method, getter)]
    fn config(this: &ModelBytes) -> Uint8Array;
    #[wasm_bindgen(method, getter)]
    fn weights(this: &ModelBytes) -> Uint8Array;
    #[wasm_bindgen(method, getter)]
    fn tokenizer(this: &ModelBytes) -> Uint8Array;
    #[wasm_bindgen(method, getter)]
    fn card(this: &ModelBytes) -> Uint8Array;
}

#[wasm_bindgen(typescript_custom_section)]
const MODEL_BYTES: &str =
    "export interface ModelBytes { config: Uint8Array; weights: Uint8Array; tokenizer: Uint8Array; card: Uint8Array }";

#[wasm_bindgen(typescript_custom_section)]
const PREPARED: &str = "export interface Prepared { plan: Plan; teacher: TeacherInfo }
export type Figures = Record<string, number | null>;";

#[derive(Serialize)]
struct Prepared<'a> {
    plan: &'a Plan,
    teacher: TeacherInfo,
}

/// A device with teachers on it, and at most one run.
#[wasm_bindgen]
pub struct Engine {
    engine: crate::engine::Engine,
    info: DeviceInfo,
    library: Rc<Library>,
    session: Option<Session>,
}

#[wasm_bindgen]
impl Engine {
    /// Opens one tier; choosing among tiers is the caller's. `plain`: by burn instead of by fused plans, where this module
    /// holds it. `hands`: what else may compute for the processor's fused plans. `compiled` is told how many of how many GPU
    /// kernels are compiled, also later when others are. Throws a sentence when the device or a file is refused.
    pub async fn open(
        #[wasm_bindgen(unchecked_param_type = "Backend")] backend: JsValue,
        plain: bool,
        models: ModelBytes,
        hands: Option<Hands>,
        #[wasm_bindgen(unchecked_param_type = "(done: number, total: number) => void")] compiled: js_sys::Function,
    ) -> Result<Engine, JsError> {
        let backend: Backend = from_js(backend)?;
        let (mut engine, mut adapter) = open_device(backend, plain, told(compiled)).await?;
        let self_test = device::self_test(&engine, &now).await?;
        let library = Library::open(Files::new(&models).borrowed(), &engine).await?;
        // The hands run the loops that were just tested.
        if let (crate::engine::Engine::Cpu, Some(hands)) = (&engine, hands)
            && hands.most() > 1
        {
            adapter = format!("{WASM}, up to {} threads", hands.most());
            engine = crate::engine::Engine::Crew(Rc::new(Crew::new(hands)));
        }
        let info = DeviceInfo {
            backend,
            adapter,
            reason: String::new(),
            self_test,
        };
        Ok(Engine {
            engine,
            info,
            library: Rc::new(library),
            session: None,
        })
    }

    #[wasm_bindgen(unchecked_return_type = "DeviceInfo")]
    pub fn device(&self) -> Result<JsValue, JsError> {
        to_js(&self.info)
    }

    /// What the browser calls the adapter, and why this device was chosen: kept for the run file.
    pub fn describe(&mut self, adapter: Option<String>, reason: String) {
        if let Some(adapter) = adapter {
            self.info.adapter = adapter;
        }
        self.info.reason = reason;
    }

    /// Which teachers' files a run with these settings needs that have not been added yet.
    #[wasm_bindgen(unchecked_return_type = "TeacherName[]")]
    pub fn missing(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Settings")] settings: JsValue,
    ) -> Result<JsValue, JsError> {
        to_js(&Session::missing(&self.library, &from_js(settings)?)?)
    }

    /// Takes in a teacher beside the main one.
    #[wasm_bindgen(js_name = addTeacher)]
    pub async fn add_teacher(&self, models: ModelBytes) -> Result<(), JsError> {
        self.library.add(Files::new(&models).borrowed(), &self.engine).await?;
        Ok(())
    }

    /// Makes a run and replaces the one before it.
    #[wasm_bindgen(unchecked_return_type = "Prepared")]
    pub fn prepare(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Settings")] settings: JsValue,
    ) -> Result<JsValue, JsError> {
        self.make(from_js(settings)?)
    }

    /// Back to the beginning, same settings.
    #[wasm_bindgen(unchecked_return_type = "Prepared")]
    pub fn reset(&mut self) -> Result<JsValue, JsError> {
        let settings = self.session()?.plan().settings.clone();
        self.make(settings)
    }

    /// Works for about that long, one unit at least.
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub async fn advance(&mut self, milliseconds: f64) -> Result<JsValue, JsError> {
        to_js(&self.session()?.advance(milliseconds, &now).await?)
    }

    /// Exactly one training step.
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub async fn step(&mut self) -> Result<JsValue, JsError> {
        to_js(&self.session()?.step(&now).await?)
    }

    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub async fn ask(&mut self, prompt: String) -> Result<JsValue, JsError> {
        to_js(&self.session()?.ask(&prompt).await?)
    }

    /// Teacher and students over one question and answer.
    #[wasm_bindgen(unchecked_return_type = "Inspection")]
    pub async fn inspect(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Inspect")] wanted: JsValue,
    ) -> Result<JsValue, JsError> {
        let wanted: Inspect = from_js(wanted)?;
        to_js(&self.session()?.inspect(&wanted).await?)
    }

    /// Two students over many questions.
    #[wasm_bindgen(unchecked_return_type = "Comparison")]
    pub async fn compare(&mut self, step: Option<u32>, first: u32, second: u32) -> Result<JsValue, JsError> {
        to_js(&self.session()?.compare(step, [first, second]).await?)
    }

    #[wasm_bindgen(js_name = runFile, unchecked_return_type = "RunFile")]
    pub fn run_file(&mut self) -> Result<JsValue, JsError> {
        to_js(&self.session()?.run_file())
    }

    /// A zip of one student's Hugging Face folder.
    pub async fn student(&mut self, member: u32) -> Result<Uint8Array, JsError> {
        let (config, weights) = self.session()?.member(member).await?;
        let zip = hub::folder_zip(&config, &weights, &self.library.tokenizer.to_json()?)?;
        Ok(Uint8Array::from(zip.as_slice()))
    }

    /// The side-by-side benchmark on this engine's device.
    pub async fn benchmark(
        &self,
        #[wasm_bindgen(unchecked_param_type = "BenchmarkOptions")] options: JsValue,
    ) -> Result<Benchmark, JsError> {
        let options: BenchmarkOptions = from_js(options)?;
        Ok(Benchmark(benchmark::Benchmark::new(&options, &self.engine).await?))
    }

    /// Where the time of one of the benchmark's training steps goes on this device.
    #[wasm_bindgen(unchecked_return_type = "Profile")]
    pub async fn profile(
        &self,
        #[wasm_bindgen(unchecked_param_type = "BenchmarkOptions")] options: JsValue,
    ) -> Result<JsValue, JsError> {
        let options: BenchmarkOptions = from_js(options)?;
        to_js(&benchmark::profile(&options, &self.engine, &now).await?)
    }

    /// Losses and largest gradient difference of this device and the CPU over some training steps of a tiny population:
    /// for tests of the page.
    #[wasm_bindgen(unchecked_return_type = "Agreement")]
    pub async fn agreement(&self, steps: u32) -> Result<JsValue, JsError> {
        to_js(&device::agreement(&self.engine, steps).await?)
    }

    fn make(&mut self, settings: Settings) -> Result<JsValue, JsError> {
        let session = Session::new(self.library.clone(), settings, self.engine.clone(), self.info.clone())?;
        let prepared = to_js(&Prepared {
            plan: session.plan(),
            teacher: session.teacher_info(),
        });
        self.session = Some(session);
        prepared
    }

    fn session(&mut self) -> Result<&mut Session, JsError> {
        self.session
            .as_mut()
            .ok_or_else(|| JsError::new("No run has been prepared."))
    }
}

/// The files of a model, on this side.
struct Files([Vec<u8>; 4]);

impl Files {
    fn new(models: &ModelBytes) -> Self {
        Self([models.config(), models.weights(), models.tokenizer(), models.card()].map(|bytes| bytes.to_vec()))
    }

    fn borrowed(&self) -> ModelFiles<'_> {
        let [config, weights, tokenizer, card] = &self.0;
        ModelFiles {
            config,
            weights,
            tokenizer,
            card,
        }
    }
}

/// A benchmark that is pulled step by step.
#[wasm_bindgen]
pub struct Benchmark(benchmark::Benchmark);

#[wasm_bindgen]
impl Benchmark {
    /// One step; its loss.
    pub async fn step(&mut self) -> Result<f64, JsError> {
        Ok(self.0.step().await?)
    }

    /// What a step asks of the hardware.
    #[wasm_bindgen(unchecked_return_type = "BenchmarkWork")]
    pub fn work(&self) -> Result<JsValue, JsError> {
        to_js(&self.0.work())
    }

    /// The teacher's mean entropy on the fixed batch.
    pub async fn entropy(&mut self) -> Result<Option<f64>, JsError> {
        Ok(self.0.entropy().await?)
    }
}

/// The GPU plan against plain sums in double precision: for tests of the page.
#[cfg(feature = "check")]
#[wasm_bindgen(js_name = checkPlan)]
pub async fn check_plan() -> Result<String, JsError> {
    let crate::engine::Engine::Gpu(gpu) = device::webgpu(Rc::new(|_, _| ())).await? else {
        return Err(JsError::new("There is no GPU plan."));
    };
    crate::plan::gpu::check::check(&gpu)
        .await
        .map_err(|error| JsError::new(&error))
}

/// What the CPU tier computes with.
const WASM: &str = "WebAssembly SIMD";

/// A callback of the page as one of ours. What it throws is its own affair.
fn told(callback: js_sys::Function) -> crate::plan::gpu::Progress {
    Rc::new(move |done, total| {
        let _ = callback.call2(&JsValue::NULL, &(done as f64).into(), &(total as f64).into());
    })
}

async fn open_device(
    backend: Backend,
    plain: bool,
    compiled: crate::plan::gpu::Progress,
) -> Result<(crate::engine::Engine, String), DeviceError> {
    match backend {
        Backend::Webgpu if plain => Ok((device::plain_webgpu().await?, String::new())),
        Backend::Webgpu => Ok((device::webgpu(compiled).await?, String::new())),
        Backend::Cpu if plain => Ok((device::reference(), format!("{WASM}, one thread, without fused loops"))),
        Backend::Cpu => Ok((device::cpu(), format!("{WASM}, one thread"))),
        Backend::Recorded => Err(DeviceError::Start("a recorded run needs no device".into())),
    }
}

/// Milliseconds since the worker started. `std::time::Instant` panics in wasm.
fn now() -> f64 {
    let performance =
        Reflect::get(&js_sys::global(), &"performance".into()).map(JsCast::unchecked_into::<web_sys::Performance>);
    performance.map_or(0.0, |performance| performance.now())
}

fn to_js<T: Serialize>(value: &T) -> Result<JsValue, JsError> {
    // Plain objects: by default structs in enums would arrive as `Map`s.
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}

fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, JsError> {
    Ok(serde_wasm_bindgen::from_value(value)?)
}
