/** The contract of a merge method: its request, result, report and progress. */
@NullMarked
package dev.pleas.api.merge;

import org.jspecify.annotations.NullMarked;
