package dev.pleas.tck;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import java.util.function.Supplier;

/** Provides what a test makes, or says why not. */
abstract class TestProvider<T> implements Provider<T> {
  private static final Availability HERE = new Availability.Available("");

  private final Supplier<T> maker;
  private final Availability availability;

  private TestProvider(Supplier<T> maker, Availability availability) {
    this.maker = maker;
    this.availability = availability;
  }

  static TensorBackendProvider backend(Supplier<TensorBackend> maker) {
    final class Backend extends TestProvider<TensorBackend> implements TensorBackendProvider {
      Backend() {
        super(maker, HERE);
      }
    }
    return new Backend();
  }

  static MatcherProvider matcher(Matcher matcher) {
    return matcher(matcher, HERE);
  }

  static MatcherProvider matcher(Matcher matcher, Availability availability) {
    final class Fixed extends TestProvider<Matcher> implements MatcherProvider {
      Fixed() {
        super(() -> matcher, availability);
      }
    }
    return new Fixed();
  }

  static LeastSquaresSolverProvider solver(LeastSquaresSolver solver) {
    return solver(solver, HERE);
  }

  static LeastSquaresSolverProvider solver(LeastSquaresSolver solver, Availability availability) {
    final class Fixed extends TestProvider<LeastSquaresSolver>
        implements LeastSquaresSolverProvider {
      Fixed() {
        super(() -> solver, availability);
      }
    }
    return new Fixed();
  }

  static CheckpointFormatProvider format(Supplier<CheckpointFormat> maker) {
    final class Format extends TestProvider<CheckpointFormat> implements CheckpointFormatProvider {
      Format() {
        super(maker, HERE);
      }
    }
    return new Format();
  }

  static ModelAdapterProvider adapter(Supplier<ModelAdapter> maker) {
    final class Adapter extends TestProvider<ModelAdapter> implements ModelAdapterProvider {
      Adapter() {
        super(maker, HERE);
      }
    }
    return new Adapter();
  }

  static MergeMethodProvider method(Supplier<MergeMethod> maker) {
    final class Method extends TestProvider<MergeMethod> implements MergeMethodProvider {
      Method() {
        super(maker, HERE);
      }
    }
    return new Method();
  }

  @Override
  public String id() {
    return "tiny";
  }

  @Override
  public String description() {
    return "made for a test";
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
    return availability;
  }

  @Override
  public T create() {
    return maker.get();
  }
}
