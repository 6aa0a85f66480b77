/**
 * The file {@code config.json} that a merge writes beside the weights: enough to rebuild the
 * network without knowing its architecture.
 */
@NullMarked
package dev.pleas.cli.config;

import org.jspecify.annotations.NullMarked;
