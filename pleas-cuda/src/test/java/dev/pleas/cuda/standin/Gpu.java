package dev.pleas.cuda.standin;

import dev.pleas.api.provider.Availability;
import dev.pleas.cuda.tensor.CudaBackendProvider;
import org.opentest4j.TestAbortedException;

/** What tests need to run on; without it they are skipped, with the reason. */
public final class Gpu {
  private Gpu() {}

  /** Skips the test where there is neither a GPU nor the stand-in. */
  public static void required() {
    if (new CudaBackendProvider().probe() instanceof Availability.Unavailable no) {
      throw new TestAbortedException(no.reason() + "; " + no.remedy());
    }
  }

  /** Returns the stand-in; skips the test without it: a GPU does not fail when asked to. */
  public static StandIn standIn() {
    return StandIn.active()
        .orElseThrow(() -> new TestAbortedException("only the stand-in can be told what to do"));
  }
}
