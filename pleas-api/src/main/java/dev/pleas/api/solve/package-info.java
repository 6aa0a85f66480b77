/** The contract of a least-squares solver: normal equations to weights, and what happened. */
@NullMarked
package dev.pleas.api.solve;

import org.jspecify.annotations.NullMarked;
