/**
 * The contract suites: abstract tests, one for each contract of {@code dev.pleas.api}, that the
 * author of a backend, matcher, solver, adapter, format or method extends to show that it keeps
 * every rule. Rules are numbered; {@code docs/spi.md} lists them with their reasons. A method
 * {@code required_…} tests a rule that an implementation MUST keep, {@code recommended_…} one that
 * it SHOULD keep, in the sense of RFC 2119.
 */
@NullMarked
package dev.pleas.tck;

import org.jspecify.annotations.NullMarked;
