/**
 * What the tests hold the algorithms against: networks and data made up from seeds, and the
 * plainest possible implementations, in float64 and without any of the code under test.
 */
@NullMarked
package dev.pleas.core.oracle;

import org.jspecify.annotations.NullMarked;
