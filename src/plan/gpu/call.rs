//! What a dispatch is told.

use bytemuck::{Pod, Zeroable};

/// Declares a record and, for the test that holds it against its twin in WGSL, a list of its fields.
macro_rules! record {
    ($(#[$doc:meta])* pub struct $name:ident { $(pub $field:ident: $kind:ident,)+ }) => {
        $(#[$doc])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
        pub struct $name {
            $(pub $field: $kind,)+
        }

        #[cfg(test)]
        impl $name {
            /// Name, place in bytes and type of each.
            pub const FIELDS: &[(&str, usize, &str)] =
                &[$((stringify!($field), std::mem::offset_of!($name, $field), stringify!($kind)),)+];
        }
    };
}

record! {
    /// Constants of one dispatch: byte for byte `Call` of common.wgsl, which explains the fields.
    pub struct Call {
        pub rows: u32,
        pub real: u32,
        pub inner: u32,
        pub columns: u32,
        pub slots: u32,
        pub weight: u32,
        pub gain: u32,
        pub parameters: u32,
        pub left: u32,
        pub out: u32,
        pub residual: u32,
        pub stream: u32,
        pub inverse: u32,
        pub other: u32,
        pub dots: u32,
        pub dots_stride: u32,
        pub list: u32,
        pub items: u32,
        pub length: u32,
        pub keep: u32,
        pub population: u32,
        pub splits: u32,
        pub heads: u32,
        pub most: u32,
        pub gather: u32,
        pub part: u32,
        pub entropy: u32,
        pub apart: u32,
        pub turned: u32,
        pub gated: u32,
        pub normed: u32,
        pub scale: f32,
        pub epsilon: f32,
    }
}
