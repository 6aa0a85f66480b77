package consumer;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.provider.Provider;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import java.util.ServiceLoader;

/** Prints which providers it finds, and uses some. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.out.println("contracts in " + place(Registry.class));
    Registry registry = Registry.of(Main.class.getClassLoader());
    print(registry, TensorBackendProvider.class);
    print(registry, MatcherProvider.class);
    print(registry, LeastSquaresSolverProvider.class);
    print(registry, ModelAdapterProvider.class);
    print(registry, CheckpointFormatProvider.class);
    print(registry, MergeMethodProvider.class);
    print(registry, Greeter.class);
    for (MatcherProvider provider : ServiceLoader.load(MatcherProvider.class)) {
      System.out.println("ServiceLoader " + provider.id());
    }
    try (TensorBackend backend = registry.best(TensorBackendProvider.class).provider().create()) {
      System.out.println("backend " + backend.description());
    }
    RegistryEntry<MatcherProvider> matcher = registry.best(MatcherProvider.class).entry();
    System.out.println("version " + matcher.version());
    Matrix similarity = Matrix.wrap(2, 2, new double[] {0, 1, 1, 0});
    System.out.println("match " + matcher.provider().create().match(similarity));
  }

  private static <P extends Provider<?>> void print(Registry registry, Class<P> kind) {
    for (RegistryEntry<P> entry : registry.entries(kind)) {
      String name = kind.getSimpleName() + " " + entry.id();
      System.out.println(name + ": " + entry.availability());
      System.out.println(name + " in " + place(entry.provider().getClass()));
    }
  }

  private static String place(Class<?> type) {
    Module module = type.getModule();
    return module.isNamed() ? module.getName() : "the class path";
  }
}
