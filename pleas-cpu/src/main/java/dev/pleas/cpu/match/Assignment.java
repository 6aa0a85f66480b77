package dev.pleas.cpu.match;

/**
 * A perfect matching of rows and columns with the dual variables that prove it optimal. With costs
 * c[i, j] = {@code factor}·S[i, j] (factor negative) and u[i] = c[i, p[i]] − v[p[i]], every reduced
 * cost c[i, j] − u[i] − v[j] is at least 0 up to rounding, and is 0 on the matching by definition
 * of u; so no matching costs less than Σ u + Σ v.
 *
 * @param columnOfRow p; owned by the receiver
 * @param columnDual v; owned by the receiver
 * @param factor what similarities were multiplied with to make costs
 */
@SuppressWarnings("ArrayRecordComponent")
record Assignment(int[] columnOfRow, double[] columnDual, double factor) {}
