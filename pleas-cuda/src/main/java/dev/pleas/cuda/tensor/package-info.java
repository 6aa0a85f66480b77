/** Tensors in the memory of a GPU, and what is computed with them. */
@NullMarked
package dev.pleas.cuda.tensor;

import org.jspecify.annotations.NullMarked;
