/**
 * What adapters have in common: a checkpoint's tensors without wrappers' prefixes, its metadata.
 */
@NullMarked
package dev.pleas.models.view;

import org.jspecify.annotations.NullMarked;
