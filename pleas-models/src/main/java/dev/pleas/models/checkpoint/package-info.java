/**
 * Checkpoints of any format, of one file or many: opening them, and writing them. Large ones are
 * stored as Hugging Face does it, in several files, called shards, and a JSON index that says which
 * file has which tensor.
 */
@NullMarked
package dev.pleas.models.checkpoint;

import org.jspecify.annotations.NullMarked;
