package dev.pleas.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules of this package reject the classes of {@code offence}, each for what it does. */
class RulesTest {
  private static final String OFFENDER = "dev.pleas.architecture.offence.Offender.";
  private static final JavaClasses OFFENCES =
      new ClassFileImporter().importPackages("dev.pleas.architecture.offence");

  @Test
  void standardStreams_printing_isReported() {
    assertReported(
        ForbiddenUse.STANDARD_STREAMS,
        "standardStreams(java.lang.IllegalStateException)> gets field <java.lang.System.out>",
        "standardStreams(java.lang.IllegalStateException)> calls method"
            + " <java.lang.IllegalStateException.printStackTrace()>");
  }

  @Test
  void unseededRandomness_calledReferredToOrInALambda_isReported() {
    assertReported(
        ForbiddenUse.UNSEEDED_RANDOMNESS,
        "unseededRandomness()> calls method <java.lang.Math.random()>",
        "unseededRandomness()> references method <java.util.UUID.randomUUID()>",
        "unseededRandomness()> calls constructor <java.util.Random.<init>()>");
  }

  @Test
  void contextClassLoader_ofASubclassOfThread_isReported() {
    assertReported(
        ForbiddenUse.CONTEXT_CLASS_LOADER,
        "contextClassLoader()> calls method"
            + " <dev.pleas.architecture.offence.Offender$1.getContextClassLoader()>");
  }

  @Test
  void defaultCharset_encodingOrDecoding_isReported() {
    assertReported(
        ForbiddenUse.DEFAULT_CHARSET,
        "defaultCharset()> calls constructor"
            + " <java.io.InputStreamReader.<init>(java.io.InputStream)>",
        "defaultCharset()> calls method <java.lang.String.getBytes()>");
  }

  @Test
  void defaultLocale_formattingOrLettersOfCase_isReported() {
    assertReported(
        ForbiddenUse.DEFAULT_LOCALE,
        "defaultLocale(double)> references method <java.lang.String.toLowerCase()>",
        "defaultLocale(double)> calls method"
            + " <java.lang.String.format(java.lang.String, [Ljava.lang.Object;)>",
        "defaultLocale(double)> calls method"
            + " <java.lang.String.formatted([Ljava.lang.Object;)>");
  }

  @Test
  void providersByRegistry_serviceLoaderElsewhere_isReported() {
    assertThat(failures(Rules.providersByRegistry()))
        .singleElement()
        .asString()
        .contains(OFFENDER + "ownDiscovery()> calls method <java.util.ServiceLoader.load(");
  }

  @ParameterizedTest
  @EnumSource(names = {"BACKEND", "CORE", "CUDA", "MODELS", "TESTS"})
  void dependencies_onABackend_areReported(PleasModule module) {
    assertThat(backendUse(module))
        .isNotEmpty()
        .allMatch(failure -> failure.contains("<dev.pleas.cpu.match.JonkerVolgenantProvider"))
        .anyMatch(failure -> failure.contains("BackendUser.<init>()> calls constructor"));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CLI")
  void dependencies_onWhatBackendsShare_areForBackendsAlone(PleasModule module) {
    List<String> failures = uses("SharedUser", module);
    switch (module) {
      case BACKEND, CPU, CUDA -> assertThat(failures).isEmpty();
      default ->
          assertThat(failures)
              .isNotEmpty()
              .allMatch(failure -> failure.contains("<dev.pleas.backend.cholesky.Residual"));
    }
  }

  @Test
  void dependencies_ofTheContracts_excludeEverythingOfOurs() {
    assertThat(backendUse(PleasModule.API))
        .anyMatch(failure -> failure.contains("<dev.pleas.cpu.match.JonkerVolgenantProvider"));
    assertThat(backendUse(PleasModule.CPU)).isEmpty();
  }

  @Test
  void noCycles_twoPackagesThatNeedEachOther_areReported() {
    assertThat(failures(Rules.noCycles()))
        .singleElement()
        .asString()
        .startsWith("Cycle detected")
        .contains("offence.first", "offence.second");
  }

  @Test
  void packageNames_helper_isReported() {
    assertThat(failures(Rules.packageNames()))
        .singleElement()
        .asString()
        .contains("dev.pleas.architecture.offence.helper.Stray");
  }

  @ParameterizedTest
  @EnumSource
  void forbiddenUse_everyMember_isOneThatJavaHas(ForbiddenUse use) throws Exception {
    assertThat(use.members()).isNotEmpty();
    for (String member : use.members()) {
      String owner = member.replaceFirst("\\.[^.(]+(\\(.*)?$", "");
      JavaClass type = new ClassFileImporter().importClass(Class.forName(owner));
      Set<String> names =
          type.getMembers().stream().map(JavaMember::getFullName).collect(Collectors.toSet());
      assertThat(names).as("members of %s", owner).contains(member);
    }
  }

  @Test
  void rule_withoutClasses_fails() {
    JavaClasses none = new ClassFileImporter().importPackages("dev.pleas.no.such");
    assertThat(none).isEmpty();
    for (ArchRule rule :
        List.of(
            ForbiddenUse.DEFAULT_LOCALE.rule(),
            Rules.noCycles(),
            Rules.packageNames(),
            Rules.providersByRegistry(),
            Rules.dependencies(PleasModule.CORE))) {
      assertThatThrownBy(() -> rule.allowEmptyShould(false).check(none))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("failed to check any classes");
    }
  }

  private static void assertReported(ForbiddenUse use, String... uses) {
    List<String> failures = failures(use.rule());
    assertThat(failures).hasSameSizeAs(uses);
    for (String expected : uses) {
      assertThat(failures).anyMatch(failure -> failure.contains(OFFENDER + expected));
    }
  }

  private static List<String> backendUse(PleasModule module) {
    return uses("BackendUser", module);
  }

  /** Returns what a class of {@code offence} may not do if it were in the module. */
  private static List<String> uses(String offender, PleasModule module) {
    return failures(Rules.dependencies(module)).stream()
        .filter(failure -> failure.contains(offender))
        .toList();
  }

  private static List<String> failures(ArchRule rule) {
    assertThat(OFFENCES).hasSizeGreaterThan(5);
    return rule.evaluate(OFFENCES).getFailureReport().getDetails();
  }
}
