/** Running a network over images: accuracy and logits. */
@NullMarked
package dev.pleas.cli.evaluation;

import org.jspecify.annotations.NullMarked;
