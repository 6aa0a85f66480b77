package dev.pleas.cuda.standin;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Before a test the stand-in is as new; after it no rule of CUDA has been broken and nothing more
 * is alive than before. On a GPU there is nothing to ask.
 */
public final class CleanStandIn implements BeforeEachCallback, AfterEachCallback {
  /** For JUnit. */
  public CleanStandIn() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    StandIn.active().ifPresent(StandIn::reset);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    StandIn.active().ifPresent(StandIn::assertClean);
  }
}
