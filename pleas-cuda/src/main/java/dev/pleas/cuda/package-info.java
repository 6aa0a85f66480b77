/**
 * Reserved for the CUDA backend: tensors and a least-squares solver on NVIDIA GPUs. It holds
 * nothing yet, so a merge runs on the CPU.
 */
@NullMarked
package dev.pleas.cuda;

import org.jspecify.annotations.NullMarked;
