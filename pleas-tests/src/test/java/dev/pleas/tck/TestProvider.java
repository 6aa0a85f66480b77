package dev.pleas.tck;

import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;
import java.util.function.Supplier;

/** Provides what a test makes. */
abstract class TestProvider<T> implements Provider<T> {
  private final Supplier<T> maker;

  private TestProvider(Supplier<T> maker) {
    this.maker = maker;
  }

  static CheckpointFormatProvider format(Supplier<CheckpointFormat> maker) {
    final class Format extends TestProvider<CheckpointFormat> implements CheckpointFormatProvider {
      Format() {
        super(maker);
      }
    }
    return new Format();
  }

  static ModelAdapterProvider adapter(Supplier<ModelAdapter> maker) {
    final class Adapter extends TestProvider<ModelAdapter> implements ModelAdapterProvider {
      Adapter() {
        super(maker);
      }
    }
    return new Adapter();
  }

  static MergeMethodProvider method(Supplier<MergeMethod> maker) {
    final class Method extends TestProvider<MergeMethod> implements MergeMethodProvider {
      Method() {
        super(maker);
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
    return new Availability.Available("");
  }

  @Override
  public T create() {
    return maker.get();
  }
}
