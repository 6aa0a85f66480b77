/**
 * Reserved for the contract suites: abstract tests, one per contract of {@code dev.pleas.api}, that
 * the author of a backend, matcher or solver extends to show that an implementation keeps every
 * rule. It holds none yet.
 */
@NullMarked
package dev.pleas.tck;

import org.jspecify.annotations.NullMarked;
