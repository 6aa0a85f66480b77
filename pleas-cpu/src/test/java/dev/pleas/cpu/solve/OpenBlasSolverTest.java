package dev.pleas.cpu.solve;

import dev.pleas.api.provider.Availability;
import dev.pleas.api.solve.LeastSquaresSolver;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;
import org.junit.jupiter.api.Assumptions;

@AddLifecycleHook(OpenBlasSolverTest.SkipWithoutLibrary.class)
class OpenBlasSolverTest extends CholeskySolverTest {
  @Override
  LeastSquaresSolver solver() {
    Assumptions.assumeTrue(isAvailable(), "no OpenBLAS for this platform");
    return new OpenBlasSolverProvider().create();
  }

  static boolean isAvailable() {
    return new OpenBlasSolverProvider().probe() instanceof Availability.Available;
  }

  /** jqwik takes a failed assumption for a try to be repeated; this skips the whole property. */
  static final class SkipWithoutLibrary implements SkipExecutionHook {
    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
      return isAvailable()
          ? SkipResult.doNotSkip()
          : SkipResult.skip("no OpenBLAS for this platform");
    }
  }
}
