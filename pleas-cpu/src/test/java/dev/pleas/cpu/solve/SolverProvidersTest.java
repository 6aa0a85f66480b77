package dev.pleas.cpu.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.api.solve.Solution;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SolverProvidersTest {
  private final Registry registry = Registry.of(SolverProvidersTest.class.getClassLoader());

  @Test
  void registry_lists_theSolversBestFirst() {
    assertThat(registry.entries(LeastSquaresSolverProvider.class))
        .extracting(RegistryEntry::id)
        .containsSubsequence("openblas", "ejml", "commons-math");
  }

  @Test
  void registry_best_isOpenBlasWhereItRunsAndEjmlElsewhere() {
    assertThat(registry.best(LeastSquaresSolverProvider.class).entry().id())
        .isEqualTo(OpenBlasSolverTest.isAvailable() ? "openblas" : "ejml");
  }

  @Test
  void probe_platformWithoutNatives_namesTheJarThatIsMissing() {
    Properties platform = new Properties();
    platform.setProperty("platform", "plan9-mips");
    platform.setProperty("platform.library.prefix", "lib");
    platform.setProperty("platform.library.suffix", ".so");
    assertThat(OpenBlasLibrary.load(platform))
        .isEqualTo(
            new Availability.Unavailable(
                "there is no native javacpp library for plan9-mips on the classpath",
                "add the jar javacpp-<version>-plan9-mips.jar of org.bytedeco, or use the solver"
                    + " ejml"));
  }

  @Test
  void probe_withoutBytedecoJars_isUnavailableAndDoesNotThrow() throws Exception {
    Class<?> type = new WithoutBytedeco().loadClass(OpenBlasSolverProvider.class.getName());
    Provider<?> provider = (Provider<?>) type.getConstructor().newInstance();
    Availability availability = provider.probe();
    assertThat(availability).isInstanceOf(Availability.Unavailable.class);
    Availability.Unavailable no = (Availability.Unavailable) availability;
    assertThat(no.reason())
        .startsWith("OpenBLAS cannot be loaded: java.lang.NoClassDefFoundError: org/bytedeco/");
    assertThat(no.remedy()).contains("ejml");
  }

  @Test
  void solves_rightSolver_isSeen() {
    assertThat(OpenBlasLibrary.solves(new EjmlSolver())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 40, 76 * 5 + 4})
  void solves_oneWrongElement_isSeen(int element) {
    assertThat(
            OpenBlasLibrary.solves(
                equations -> {
                  Solution.Solved right = (Solution.Solved) new EjmlSolver().solve(equations);
                  double[] x = right.x().values().clone();
                  x[element] += 1e-6;
                  return new Solution.Solved(
                      Matrix.wrap(right.x().rows(), right.x().columns(), x), 0, 1, right.rank());
                }))
        .isFalse();
  }

  @Test
  void solves_solverThatFindsItSingular_isSeen() {
    assertThat(OpenBlasLibrary.solves(equations -> new Solution.RankDeficient(3, 77))).isFalse();
  }

  /** Sees this package anew, and no class of JavaCPP or OpenBLAS: nor does loading the provider. */
  private static final class WithoutBytedeco extends ClassLoader {
    WithoutBytedeco() {
      super(SolverProvidersTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("org.bytedeco.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("dev.pleas.cpu.solve.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
