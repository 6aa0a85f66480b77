package dev.pleas.api.merge;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.match.Matcher;
import dev.pleas.api.solve.LeastSquaresSolver;

/**
 * The implementations that a merge works with. They belong to the caller.
 *
 * @param backend runs the networks and adds up moments
 * @param matcher matches units
 * @param solver solves the least-squares problems
 * @param singularSolver is asked when {@code solver} reports a rank-deficient system; may be the
 *     same
 */
public record Tools(
    TensorBackend backend,
    Matcher matcher,
    LeastSquaresSolver solver,
    LeastSquaresSolver singularSolver) {}
