package dev.pleas.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * {@code pleas-bom} and the other poms. That an import resolves, every build of the parent shows.
 */
class BomTest {
  private static final String MANAGED = "/project/dependencyManagement/dependencies/dependency";
  private static final String PLUGINS = "/project/build/pluginManagement/plugins/plugin";

  private final Document root = pom(PleasModule.ROOT);
  private final Document bom = pom(PleasModule.ROOT.resolve("pleas-bom"));

  @Test
  void bom_managed_areTheModulesThatMakeAJar() {
    List<String> modules = texts(root, "/project/modules/module");
    assertThat(modules).contains("pleas-bom", "pleas-api", "pleas-cli");
    List<String> jars = new ArrayList<>();
    for (String module : modules) {
      Document pom = pom(PleasModule.ROOT.resolve(module));
      assertThat(text(pom, "/project/artifactId")).isEqualTo(module);
      if (!List.of("pom", "maven-archetype").contains(text(pom, "/project/packaging"))) {
        jars.add(module);
      }
    }
    assertThat(texts(bom, MANAGED + "/artifactId")).containsExactlyInAnyOrderElementsOf(jars);
    assertThat(Stream.of(PleasModule.values()).map(PleasModule::artifact))
        .as("the modules that the tests of this package look at")
        .containsExactlyInAnyOrderElementsOf(jars);
  }

  @Test
  void bom_managed_areOursInTheBomsVersion() {
    assertThat(texts(bom, MANAGED + "/groupId")).containsOnly(text(bom, "/project/groupId"));
    assertThat(texts(bom, MANAGED + "/version")).containsOnly("${project.version}");
    // The artifacts of the modules' main jars, not other types, classifiers or scopes.
    assertThat(texts(bom, MANAGED + "/*[not(self::groupId or self::artifactId or self::version)]"))
        .isEmpty();
  }

  @Test
  void bom_itself_bringsNothingElse() {
    assertThat(texts(bom, "/project/parent")).isEmpty();
    assertThat(texts(bom, "/project/dependencies")).isEmpty();
    assertThat(text(bom, "/project/packaging")).isEqualTo("pom");
  }

  @Test
  void versions_ofTheBomAndTheModules_areTheParents() {
    String version = text(root, "/project/version");
    assertThat(version).isNotEmpty();
    assertThat(text(bom, "/project/version")).isEqualTo(version);
    for (PleasModule module : PleasModule.values()) {
      Document pom = pom(PleasModule.ROOT.resolve(module.artifact()));
      assertThat(text(pom, "/project/parent/version")).as(module.artifact()).isEqualTo(version);
      assertThat(texts(pom, "/project/version")).as(module.artifact()).isEmpty();
    }
  }

  @Test
  void parent_importsTheBom_andManagesNoneOfOursItself() {
    assertThat(texts(root, MANAGED + "[groupId='dev.pleas']/artifactId"))
        .containsExactly("pleas-bom");
    assertThat(text(root, MANAGED + "[artifactId='pleas-bom']/scope")).isEqualTo("import");
  }

  @Test
  void plugins_ofTheBom_haveTheParentsVersions() {
    Map<String, String> inParent = versions(root);
    Map<String, String> inBom = versions(bom);
    assertThat(inBom).containsKey("spotless-maven-plugin");
    assertThat(inParent).containsAllEntriesOf(inBom);
  }

  @Test
  void readme_import_isThisBom() {
    assertThat(PleasModule.ROOT.resolve("README.md"))
        .content()
        .contains(
            """
            <dependency>
              <groupId>%s</groupId>
              <artifactId>%s</artifactId>
              <version>%s</version>
              <type>pom</type>
              <scope>import</scope>
            </dependency>
            """
                .formatted(
                    text(bom, "/project/groupId"),
                    text(bom, "/project/artifactId"),
                    text(bom, "/project/version"))
                .indent(4));
  }

  private static Map<String, String> versions(Document pom) {
    List<String> names = texts(pom, PLUGINS + "/artifactId");
    List<String> versions = texts(pom, PLUGINS + "/version");
    assertThat(versions).hasSameSizeAs(names);
    Map<String, String> byName = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      byName.put(names.get(i), versions.get(i));
    }
    return byName;
  }

  private static Document pom(Path folder) {
    try {
      File file = folder.resolve("pom.xml").toFile();
      return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(file);
    } catch (Exception e) {
      throw new AssertionError(folder.toString(), e);
    }
  }

  private static String text(Document pom, String path) {
    return String.join(" ", texts(pom, path));
  }

  private static List<String> texts(Document pom, String path) {
    try {
      XPath xpath = XPathFactory.newDefaultInstance().newXPath();
      NodeList nodes = (NodeList) xpath.evaluate(path, pom, XPathConstants.NODESET);
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < nodes.getLength(); i++) {
        Node node = nodes.item(i);
        texts.add(node.getTextContent());
      }
      return texts;
    } catch (Exception e) {
      throw new AssertionError(path, e);
    }
  }
}
