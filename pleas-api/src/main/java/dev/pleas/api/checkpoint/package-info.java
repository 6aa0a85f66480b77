/** The contract of a checkpoint format: files to named tensors and back. */
@NullMarked
package dev.pleas.api.checkpoint;

import org.jspecify.annotations.NullMarked;
