/** The least-squares refit of every layer on the features of both sources. */
@NullMarked
package dev.pleas.core.refit;

import org.jspecify.annotations.NullMarked;
