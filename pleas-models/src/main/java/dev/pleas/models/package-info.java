/**
 * What merging needs to know of the outside world: network architectures derived from tensor names
 * and shapes, checkpoint files, and image data with its preprocessing.
 */
@NullMarked
package dev.pleas.models;

import org.jspecify.annotations.NullMarked;
