/**
 * Reference implementations of the contracts: slow, plain, and obviously right. The contract suites
 * are tested with them, and so may be whatever needs an implementation that is right rather than
 * fast. No {@code META-INF/services} names them.
 */
@NullMarked
package dev.pleas.tck.reference;

import org.jspecify.annotations.NullMarked;
