package dev.pleas.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The rules of the house that are about modules and packages. */
final class Rules {
  /** Annotations of null-checking, which every module may carry. */
  private static final String JSPECIFY = "org.jspecify..";

  private static final String JAVA = "java..";
  private static final String CONTRACTS = "dev.pleas.api..";
  private static final String SHARED_BY_BACKENDS = "dev.pleas.backend..";

  /**
   * Who may depend on what besides its own packages, Java's and JSpecify's. The command may depend
   * on everything and is missing here. Backends, architectures and algorithms never see each other;
   * what backends share is a module of its own.
   */
  private static final Map<PleasModule, List<String>> MAY_SEE =
      Map.of(
          PleasModule.API,
          List.of(),
          PleasModule.BACKEND,
          List.of(CONTRACTS),
          PleasModule.CORE,
          List.of(CONTRACTS),
          PleasModule.CPU,
          List.of(
              CONTRACTS,
              SHARED_BY_BACKENDS,
              "org.ejml..",
              "org.apache.commons.math3..",
              "org.nd4j..",
              "org.bytedeco.."),
          PleasModule.CUDA,
          List.of(CONTRACTS, SHARED_BY_BACKENDS, "jcuda.."),
          PleasModule.MODELS,
          List.of(
              CONTRACTS,
              "javax.imageio..",
              "com.fasterxml.jackson..",
              "com.google.protobuf..",
              "org.apache.commons.compress.."),
          PleasModule.TESTS,
          List.of(
              CONTRACTS,
              "org.junit.jupiter..",
              "net.jqwik..",
              "org.opentest4j..",
              "org.apiguardian..",
              // How much a thread has allocated.
              "com.sun.management.."));

  private Rules() {}

  /** A module depends on what the table of modules allows. */
  static ArchRule dependencies(PleasModule module) {
    List<String> allowed = new ArrayList<>(MAY_SEE.get(module));
    allowed.addAll(List.of(module.rootPackage() + "..", JAVA, JSPECIFY));
    return classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(allowed.toArray(String[]::new))
        .as(module.artifact() + " should depend on nothing but " + allowed);
  }

  /** No package depends on itself by way of others. */
  static ArchRule noCycles() {
    SliceAssignment packages =
        new SliceAssignment() {
          @Override
          public String getDescription() {
            return "packages";
          }

          @Override
          public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
          }
        };
    return SlicesRuleDefinition.slices().assignedFrom(packages).should().beFreeOfCycles();
  }

  /** Packages are named after what they are about. */
  static ArchRule packageNames() {
    return noClasses()
        .should()
        .resideInAnyPackage(
            "..util..", "..utils..", "..impl..", "..common..", "..helper..", "..helpers..")
        .as("packages should be named after stages or things of the domain");
  }

  /**
   * Providers are looked for in one place, which survives broken ones. The suite that tests whether
   * ServiceLoader finds a provider asks it, of course.
   */
  static ArchRule providersByRegistry() {
    return noClasses()
        .that()
        .resideOutsideOfPackage("dev.pleas.api.provider")
        .and()
        .doNotHaveFullyQualifiedName("dev.pleas.tck.Registration")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.ServiceLoader")
        .as("providers should be looked for with dev.pleas.api.provider.Registry alone");
  }
}
