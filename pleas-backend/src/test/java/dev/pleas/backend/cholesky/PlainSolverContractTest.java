package dev.pleas.backend.cholesky;

import dev.pleas.api.provider.Availability;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.tck.LeastSquaresSolverContract;

class PlainSolverContractTest extends LeastSquaresSolverContract {
  @Override
  protected LeastSquaresSolverProvider provider() {
    return new Provider();
  }

  @Override
  protected boolean registered() {
    return false;
  }

  @Override
  protected boolean strict() {
    return true;
  }

  private static final class Provider implements LeastSquaresSolverProvider {
    @Override
    public String id() {
      return "plain";
    }

    @Override
    public String description() {
      return "Cholesky by definition";
    }

    @Override
    public int priority() {
      return 1;
    }

    @Override
    public int apiVersion() {
      return API_VERSION;
    }

    @Override
    public Availability probe() {
      return new Availability.Available("loops");
    }

    @Override
    public LeastSquaresSolver create() {
      return new PlainSolver();
    }
  }
}
