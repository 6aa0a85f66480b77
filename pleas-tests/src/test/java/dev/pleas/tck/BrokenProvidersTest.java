package dev.pleas.tck;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.provider.Availability;
import java.util.List;

class BrokenProvidersTest extends BrokenSuite<MatcherProvider> {
  BrokenProvidersTest() {
    super("provider", Suite.class, provider -> Suite.underTest = provider);
  }

  static final class Suite extends ProviderContract<Matcher, MatcherProvider> {
    private static MatcherProvider underTest;

    @Override
    protected MatcherProvider provider() {
      return underTest;
    }
  }

  private static class Sound implements MatcherProvider {
    @Override
    public String id() {
      return "sound";
    }

    @Override
    public String description() {
      return "pairs every unit with itself";
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
      return new Availability.Available("");
    }

    @Override
    public Matcher create() {
      return similarity -> dev.pleas.api.permutation.Permutation.identity(similarity.rows());
    }
  }

  @Override
  List<Broken<MatcherProvider>> cases() {
    return List.of(
        new Broken<>(
            "provider101",
            () ->
                new Sound() {
                  @Override
                  public String id() {
                    return "Not Well Formed";
                  }
                },
            "the id \"Not Well Formed\" does not match"),
        new Broken<>(
            "provider102",
            () ->
                new Sound() {
                  @Override
                  public int apiVersion() {
                    return 7;
                  }
                },
            "apiVersion() must return Provider.API_VERSION"));
  }
}
