/** What is looked at before a merge: whether the sources' tensors go together, one by one. */
@NullMarked
package dev.pleas.cli.preflight;

import org.jspecify.annotations.NullMarked;
