/**
 * The project's own kernels: compiled by NVRTC at first use for the GPU at hand, kept on disk, and
 * launched.
 */
@NullMarked
package dev.pleas.cuda.kernel;

import org.jspecify.annotations.NullMarked;
