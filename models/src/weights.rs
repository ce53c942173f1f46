//! Named numbers of an artefact: a memory-mapped safetensors file in half precision.

use std::path::Path;

use half::f16;
use half::slice::HalfFloatSliceExt;
use memmap2::Mmap;
use safetensors::tensor::{Metadata, TensorInfo};
use safetensors::{Dtype, SafeTensors};

use crate::error::ModelError;
use crate::mapped;

/// Bytes that say how long the header is.
const LENGTH: usize = 8;

/// A mapped file and where its tensors lie.
pub(crate) struct Weights {
    file: String,
    map: Mmap,
    header: Metadata,
    /// Where the header ends and the numbers begin.
    begin: usize,
}

impl Weights {
    /// Maps the file and reads its header.
    pub(crate) fn open(path: &Path) -> Result<Self, ModelError> {
        let file = path.display().to_string();
        let map = mapped::map(path).map_err(|source| ModelError::Io {
            file: file.clone(),
            source,
        })?;
        // The whole is checked once: that the tensors fill the file and no more.
        SafeTensors::deserialize(&map)
            .and_then(|_| SafeTensors::read_metadata(&map))
            .map_err(|error| ModelError::Weights {
                file: file.clone(),
                problem: error.to_string(),
            })
            .map(|(length, header)| Self {
                file,
                header,
                begin: length + LENGTH,
                map,
            })
    }

    fn info(&self, name: &str) -> Result<&TensorInfo, ModelError> {
        let info = self.header.info(name);
        info.ok_or_else(|| self.wrong(format!("there is no tensor {name}")))
    }

    fn wrong(&self, problem: String) -> ModelError {
        ModelError::Weights {
            file: self.file.clone(),
            problem,
        }
    }

    /// The numbers of a tensor of exactly this shape, in full precision.
    pub(crate) fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let mut numbers = vec![0.0; shape.iter().product()];
        self.halves(name, shape)?.convert_to_f32_slice(&mut numbers);
        Ok(numbers)
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Result<&[usize], ModelError> {
        Ok(&self.info(name)?.shape)
    }

    /// A copy of a tensor as it is stored.
    pub(crate) fn halves(&self, name: &str, shape: &[usize]) -> Result<Vec<f16>, ModelError> {
        let info = self.info(name)?;
        if info.dtype != Dtype::F16 || info.shape != shape {
            return Err(self.wrong(format!(
                "tensor {name} is {:?} {:?}, expected F16 {shape:?}",
                info.dtype, info.shape
            )));
        }
        let (from, to) = info.data_offsets;
        let halves = self.map[self.begin + from..self.begin + to]
            .chunks_exact(2)
            .map(|pair| f16::from_le_bytes([pair[0], pair[1]]));
        Ok(halves.collect())
    }
}
