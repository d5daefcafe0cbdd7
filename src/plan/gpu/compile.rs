//! Kernels are compiled once per device: together, while the page goes on, and kept by their source.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::bindings::{Access, BINDINGS};
use super::sources::Kernel;

/// Told how many of how many kernels are compiled.
pub type Progress = Rc<dyn Fn(usize, usize)>;

/// What was compiled for a device, and the one bind group layout that all kernels share.
pub struct Compiler {
    pub layout: wgpu::BindGroupLayout,
    pipeline_layout: wgpu::PipelineLayout,
    compiled: RefCell<HashMap<String, wgpu::ComputePipeline>>,
    progress: Progress,
}

/// A source on its way.
struct Job {
    label: String,
    source: String,
    module: wgpu::ShaderModule,
}

impl Compiler {
    pub fn new(device: &wgpu::Device, progress: Progress) -> Self {
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("plan"),
            entries: &std::array::from_fn::<_, { BINDINGS.len() }, _>(entry),
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("plan"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        Self {
            layout,
            pipeline_layout,
            compiled: RefCell::default(),
            progress,
        }
    }

    /// A pipeline for every source, from before or new.
    ///
    /// # Errors
    ///
    /// What the shader compiler says of the first kernel that it refuses.
    pub async fn compile(
        &self,
        device: &wgpu::Device,
        sources: Vec<(Kernel, String)>,
    ) -> Result<Vec<(Kernel, wgpu::ComputePipeline)>, String> {
        let mut jobs: Vec<Job> = Vec::new();
        for (kernel, source) in &sources {
            if self.compiled.borrow().contains_key(source) || jobs.iter().any(|job| job.source == *source) {
                continue;
            }
            let label = format!("{kernel:?}");
            let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(&label),
                source: wgpu::ShaderSource::Wgsl(source.as_str().into()),
            });
            jobs.push(Job {
                label,
                source: source.clone(),
                module,
            });
        }
        if !jobs.is_empty() {
            self.run(device, jobs).await?;
        }
        let compiled = self.compiled.borrow();
        let found = sources.into_iter().map(|(kernel, source)| {
            let pipeline = compiled.get(&source).cloned();
            pipeline
                .map(|pipeline| (kernel, pipeline))
                .ok_or_else(|| format!("the kernel {kernel:?} was not compiled"))
        });
        found.collect()
    }

    async fn run(&self, device: &wgpu::Device, jobs: Vec<Job>) -> Result<(), String> {
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let creation = Creation::new(device)?;
        // Asks for all of them; what is made here is only a stand-in.
        let asked = creation.replaced(|| jobs.iter().for_each(|job| drop(self.pipeline(device, job))))?;
        let ready = self.arrive(&jobs, asked).await;
        let failure = scope.pop().await;
        let ready = match (ready, failure) {
            (Ok(ready), None) => ready,
            (Err(error), _) => return Err(self.first_error(jobs).await.unwrap_or(error)),
            (Ok(_), Some(error)) => return Err(format!("a kernel was refused: {error}")),
        };
        let made = creation.answered(ready, || {
            jobs.iter().map(|job| self.pipeline(device, job)).collect::<Vec<_>>()
        })?;
        let mut compiled = self.compiled.borrow_mut();
        compiled.extend(jobs.into_iter().map(|job| job.source).zip(made));
        Ok(())
    }

    /// Waits for the pipelines, which the browser compiles side by side.
    async fn arrive(&self, jobs: &[Job], asked: Vec<Promise>) -> Result<Vec<JsValue>, String> {
        let (before, count) = (self.compiled.borrow().len(), asked.len());
        (self.progress)(before, before + count);
        // They are counted as they come, in whatever order.
        let done = Rc::new(Cell::new(before));
        for promise in asked.iter().cloned() {
            let (done, progress) = (done.clone(), self.progress.clone());
            spawn_local(async move {
                if JsFuture::from(promise).await.is_ok() {
                    done.set(done.get() + 1);
                    progress(done.get(), before + count);
                }
            });
        }
        let mut ready = Vec::new();
        for (job, promise) in jobs.iter().zip(asked) {
            let pipeline = JsFuture::from(promise).await;
            ready
                .push(pipeline.map_err(|error| format!("the kernel {} was refused: {}", job.label, sentence(&error)))?);
        }
        if ready.len() < jobs.len() {
            return Err("the browser compiled fewer kernels than it was asked for".to_owned());
        }
        Ok(ready)
    }

    /// The first error that the shader compiler found in a source.
    async fn first_error(&self, jobs: Vec<Job>) -> Option<String> {
        for Job { label, module, .. } in jobs {
            let info = module.get_compilation_info().await;
            let error = info
                .messages
                .into_iter()
                .find(|message| message.message_type == wgpu::CompilationMessageType::Error);
            if let Some(error) = error {
                let line = error.location.map_or(0, |location| location.line_number);
                return Some(format!(
                    "the kernel {label} does not compile: line {line}: {}",
                    error.message
                ));
            }
        }
        None
    }

    fn pipeline(&self, device: &wgpu::Device, job: &Job) -> wgpu::ComputePipeline {
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(&job.label),
            layout: Some(&self.pipeline_layout),
            module: &job.module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        })
    }
}

impl std::fmt::Debug for Compiler {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Compiler")
            .field("compiled", &self.compiled.borrow().len())
            .finish_non_exhaustive()
    }
}

/// `createComputePipeline` of one device, for a moment replaced.
///
/// wgpu 30 has only that call, which makes the browser compile one kernel after the other and everything else wait for
/// them; `createComputePipelineAsync` compiles them side by side in threads of their own. So wgpu is asked for all
/// pipelines twice: the first time its call is answered by a stand-in and passed on to the asynchronous one, the second
/// time it is answered with what that gave. To be deleted when wgpu offers the asynchronous call.
struct Creation {
    device: JsValue,
}

const NAME: &str = "createComputePipeline";

impl Creation {
    fn new(device: &wgpu::Device) -> Result<Self, String> {
        let device = device.as_webgpu().ok_or("this is not a browser's device")?;
        Ok(Self {
            device: AsRef::<JsValue>::as_ref(device).clone(),
        })
    }

    /// What `make` asks for, as promises.
    fn replaced(&self, make: impl FnOnce()) -> Result<Vec<Promise>, String> {
        let asynchronous: Function = Reflect::get(&self.device, &"createComputePipelineAsync".into())
            .and_then(JsCast::dyn_into)
            .map_err(|error| sentence(&error))?;
        let asked = Rc::new(RefCell::new(Vec::new()));
        let (device, promises) = (self.device.clone(), asked.clone());
        let answer = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |descriptor: JsValue| {
            let promise = asynchronous.call1(&device, &descriptor).map(JsCast::unchecked_into);
            promises
                .borrow_mut()
                .push(promise.unwrap_or_else(|error| Promise::reject(&error)));
            Object::new().into()
        });
        self.with(&answer, make)?;
        Ok(asked.take())
    }

    /// `make` with its calls answered in order.
    fn answered<T>(&self, ready: Vec<JsValue>, make: impl FnOnce() -> T) -> Result<T, String> {
        let mut ready = ready.into_iter();
        let answer = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |_: JsValue| ready.next().unwrap_or_default());
        self.with(&answer, make)
    }

    fn with<T>(&self, answer: &Closure<dyn FnMut(JsValue) -> JsValue>, make: impl FnOnce() -> T) -> Result<T, String> {
        // On the object itself: its prototype's own is seen again once this is deleted.
        Reflect::set(&self.device, &NAME.into(), answer.as_ref()).map_err(|error| sentence(&error))?;
        let made = make();
        Reflect::delete_property(self.device.unchecked_ref::<Object>(), &NAME.into())
            .map_err(|error| sentence(&error))?;
        Ok(made)
    }
}

/// What an error says.
fn sentence(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into()).ok();
    message
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}

fn entry(index: usize) -> wgpu::BindGroupLayoutEntry {
    let (_, access) = BINDINGS[index];
    let ty = match access {
        Access::Uniform => wgpu::BufferBindingType::Uniform,
        Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
        Access::ReadWrite => wgpu::BufferBindingType::Storage { read_only: false },
    };
    wgpu::BindGroupLayoutEntry {
        binding: index as u32,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            // One buffer has the constants of all dispatches.
            has_dynamic_offset: access == Access::Uniform,
            min_binding_size: None,
        },
        count: None,
    }
}
