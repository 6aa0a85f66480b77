package dev.pleas.api.solve;

import dev.pleas.api.provider.Provider;

/** Makes least-squares solvers. Named in {@code META-INF/services}. */
public interface LeastSquaresSolverProvider extends Provider<LeastSquaresSolver> {}
