package dev.pleas.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs one rule of a suite as a build would, and keeps how it ended. */
final class RuleRun implements TestExecutionListener {
  private int runs;
  private TestExecutionResult result;

  private RuleRun() {}

  /**
   * Runs a rule.
   *
   * @param suite a class that extends the contract
   * @param rule the test method, of that class or a superclass
   */
  static TestExecutionResult of(Class<?> suite, Method rule) {
    RuleRun run = new RuleRun();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectMethod(suite, rule))
            .configurationParameter("junit.platform.output.capture.stdout", "true")
            .build();
    LauncherFactory.create().execute(request, run);
    assertThat(run.runs).as("how often %s ran", rule.getName()).isEqualTo(1);
    return run.result;
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult ended) {
    if (test.isTest()) {
      runs++;
      result = ended;
    } else {
      assertThat(ended.getThrowable()).as(test.getDisplayName()).isEmpty();
    }
  }
}
