/** The merge methods: partial merging with refit, and plain averaging. */
@NullMarked
package dev.pleas.core.method;

import org.jspecify.annotations.NullMarked;
