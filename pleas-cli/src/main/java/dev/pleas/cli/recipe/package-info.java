/** Merges described in YAML files. */
@NullMarked
package dev.pleas.cli.recipe;

import org.jspecify.annotations.NullMarked;
