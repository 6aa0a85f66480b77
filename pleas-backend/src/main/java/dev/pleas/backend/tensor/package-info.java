/**
 * A tensor backend but for its kernels: checks of arguments, ownership and lifetime of tensors, and
 * the folding of normalizations. A backend brings memory and kernels, which get sizes that fit.
 */
@NullMarked
package dev.pleas.backend.tensor;

import org.jspecify.annotations.NullMarked;
