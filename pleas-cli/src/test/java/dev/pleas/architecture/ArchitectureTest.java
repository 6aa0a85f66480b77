package dev.pleas.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules of the house, module by module. */
class ArchitectureTest {
  private static final Map<PleasModule, JavaClasses> IMPORTED = new EnumMap<>(PleasModule.class);

  /** About half of what there was when this was written; a package-info counts as a class. */
  private static final Map<PleasModule, Integer> FEWEST_CLASSES =
      Map.of(
          PleasModule.API, 40,
          PleasModule.BACKEND, 12,
          PleasModule.CORE, 30,
          PleasModule.CPU, 30,
          PleasModule.CUDA, 15,
          PleasModule.MODELS, 20,
          PleasModule.CLI, 40,
          PleasModule.TESTS, 50);

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CLI")
  void dependencies_ofAModule_areThoseOfTheTable(PleasModule module) {
    check(Rules.dependencies(module), module);
  }

  @ParameterizedTest
  @EnumSource
  void packages_ofAModule_haveNoCycles(PleasModule module) {
    check(Rules.noCycles(), module);
  }

  @ParameterizedTest
  @EnumSource
  void packages_ofAModule_areNamedAfterThings(PleasModule module) {
    check(Rules.packageNames(), module);
  }

  @ParameterizedTest
  @EnumSource
  void providers_areLookedForByTheRegistryAlone(PleasModule module) {
    check(Rules.providersByRegistry(), module);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CLI")
  void libraries_useNothingForbidden(PleasModule module) {
    for (ForbiddenUse use : ForbiddenUse.values()) {
      check(use.rule(), module);
    }
  }

  /** Checks a rule after making sure that there is something to check. */
  private static void check(ArchRule rule, PleasModule module) {
    JavaClasses classes =
        IMPORTED.computeIfAbsent(module, m -> new ClassFileImporter().importPath(m.classes()));
    assertThat(classes)
        .as("classes in %s", module.classes())
        .hasSizeGreaterThanOrEqualTo(FEWEST_CLASSES.get(module))
        .allMatch(type -> (type.getPackageName() + ".").startsWith(module.rootPackage() + "."));
    rule.allowEmptyShould(false).check(classes);
  }
}
