package dev.pleas.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.tck.Rules.Rule;
import dev.pleas.tck.reference.ReferenceMatcher;
import dev.pleas.tck.reference.ReferenceSolver;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.TestExecutionResult;

/** Where a provider cannot be used, the rules of what it makes are skipped with its reason. */
class UnavailableTest {
  private static final Availability NO =
      new Availability.Unavailable("no such card", "plug one in");

  static final class UnavailableMatcher extends MatcherContract {
    @Override
    protected MatcherProvider provider() {
      return TestProvider.matcher(new ReferenceMatcher(), NO);
    }
  }

  static final class UnavailableSolver extends LeastSquaresSolverContract {
    @Override
    protected LeastSquaresSolverProvider provider() {
      return TestProvider.solver(new ReferenceSolver(), NO);
    }
  }

  @TestFactory
  Stream<DynamicTest> rule_ofAnUnavailableMatcher_isSkippedWithItsReason() {
    return Rules.of(UnavailableMatcher.class, "matcher").values().stream()
        .map(rule -> skipped(UnavailableMatcher.class, rule));
  }

  @TestFactory
  Stream<DynamicTest> rule_ofAnUnavailableSolver_isSkippedWithItsReason() {
    return Rules.of(UnavailableSolver.class, "solver").values().stream()
        .map(rule -> skipped(UnavailableSolver.class, rule));
  }

  private static DynamicTest skipped(Class<?> suite, Rule rule) {
    return DynamicTest.dynamicTest(
        rule.number(),
        () -> {
          TestExecutionResult result = RuleRun.of(suite, rule.method());
          assertThat(result.getStatus()).isEqualTo(TestExecutionResult.Status.ABORTED);
          assertThat(result.getThrowable()).isPresent();
          assertThat(result.getThrowable().get())
              .hasMessage("tiny cannot be used here: no such card; plug one in");
        });
  }
}
