package dev.pleas.models.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
  @TempDir private Path folder;

  private Map<String, String> beside(String text) throws IOException {
    Files.writeString(folder.resolve("config.json"), text);
    return ConfigFile.beside(folder.resolve("model.safetensors"));
  }

  @Test
  void beside_valuesAtAnyDepth_haveTheirPaths() throws IOException {
    assertThat(
            beside(
                """
                {"hidden_size": 12, "layer_norm_eps": 1e-12, "qkv_bias": true, "hidden_act": "gelu",
                 "vision_config": {"num_attention_heads": 3, "deeper": {"é": "ü"}},
                 "image_size": [9, 6], "torch_dtype": null, "empty": {}, "none": []}
                """))
        .containsOnly(
            Map.entry("config.hidden_size", "12"),
            Map.entry("config.layer_norm_eps", "1.0E-12"),
            Map.entry("config.qkv_bias", "true"),
            Map.entry("config.hidden_act", "gelu"),
            Map.entry("config.vision_config.num_attention_heads", "3"),
            Map.entry("config.vision_config.deeper.é", "ü"),
            Map.entry("config.image_size.0", "9"),
            Map.entry("config.image_size.1", "6"));
  }

  @Test
  void beside_noFile_isNothing() {
    assertThat(ConfigFile.beside(folder.resolve("model.safetensors"))).isEmpty();
    assertThat(ConfigFile.beside(Path.of("no-such-file.safetensors"))).isEmpty();
  }

  @Test
  void beside_theProjectsOwnFile_isNothing() throws IOException {
    assertThat(beside("{\"format\": \"pleas-model/1\", \"nodes\": []}")).isEmpty();
    assertThat(beside("{\"format\": \"other\"}")).containsOnlyKeys("config.format");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"a\": }", "{\"a\": 1} x"})
  void beside_noJson_isRefused(String text) {
    assertThatThrownBy(() -> beside(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.resolve("config.json") + ": damaged: ")
        .hasMessageEndingWith("; repair it, or move it away");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "1", "null"})
  void beside_noObject_isRefused(String text) {
    assertThatThrownBy(() -> beside(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folder.resolve("config.json") + ": expected a JSON object");
  }

  @Test
  void beside_hugeFile_isRefusedUnread() {
    assertThatThrownBy(() -> beside(" ".repeat((4 << 20) + 1)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            folder.resolve("config.json") + ": expected at most 4194304 bytes, found 4194305");
  }
}
