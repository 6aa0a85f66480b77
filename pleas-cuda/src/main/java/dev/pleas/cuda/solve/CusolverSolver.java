package dev.pleas.cuda.solve;

import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.solve.Solution;
import dev.pleas.backend.cholesky.CholeskyFactor;
import dev.pleas.backend.cholesky.CholeskySolver;
import dev.pleas.backend.cholesky.PanelProduct;
import dev.pleas.cuda.driver.Gpus;
import org.jspecify.annotations.Nullable;

/**
 * Cholesky on a GPU. Work on the GPU begins with the first system and lasts until this is closed;
 * systems of several threads are solved one after another.
 */
final class CusolverSolver implements LeastSquaresSolver {
  private final Gpus.Gpu gpu;
  private @Nullable SolverSession session;

  CusolverSolver(Gpus.Gpu gpu) {
    this.gpu = gpu;
  }

  @Override
  public synchronized Solution solve(NormalEquations equations) {
    return new OnGpu(session()).solve(equations);
  }

  private SolverSession session() {
    SolverSession open = session;
    if (open == null) {
      open = new SolverSession(gpu);
      session = open;
    }
    return open;
  }

  @Override
  public synchronized void close() {
    SolverSession open = session;
    session = null;
    if (open != null) {
      open.close();
    }
  }

  private static final class OnGpu extends CholeskySolver {
    private final SolverSession session;

    OnGpu(SolverSession session) {
      this.session = session;
    }

    @Override
    protected CholeskyFactor allocate(int p) {
      return new CusolverFactor(session, p);
    }

    @Override
    protected PanelProduct product(double[] x, int p, int q) {
      return new CusolverProduct(session.context(), x, p, q);
    }
  }
}
