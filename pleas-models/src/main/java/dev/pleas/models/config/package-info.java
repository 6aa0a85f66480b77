/** The {@code config.json} that libraries write beside their checkpoints. */
@NullMarked
package dev.pleas.models.config;

import org.jspecify.annotations.NullMarked;
