package dev.pleas.tck;

import dev.pleas.api.backend.TensorBackendProvider;
import java.util.List;
import java.util.stream.Stream;

class BrokenBackendsTest extends BrokenSuite<TensorBackendProvider> {
  BrokenBackendsTest() {
    super("tensor", Suite.class, provider -> Suite.underTest = provider);
  }

  static final class Suite extends TensorBackendContract {
    private static TensorBackendProvider underTest;

    @Override
    protected TensorBackendProvider provider() {
      return underTest;
    }

    @Override
    protected boolean strict() {
      return true;
    }
  }

  @Override
  List<Broken<TensorBackendProvider>> cases() {
    return Stream.of(
            new FlawsOfProducts(),
            new FlawsOfElements(),
            new FlawsOfNumbers(),
            new FlawsOfRefusals(),
            new FlawsOfLifetimes(),
            new FlawsOfMoments(),
            new FlawsOfRepetition(),
            new FlawsOfGraphs())
        .flatMap(flaws -> flaws.cases().stream())
        .toList();
  }
}
