@echo off
rem Runs PLeaS from the distribution that this file lies in: bin\pleas.bat, with the jars in lib\.
rem   JAVA_HOME   which Java to use; without it, the java on PATH
rem   PLEAS_OPTS  further JVM options; they win over the ones below
setlocal EnableExtensions DisableDelayedExpansion

for %%I in ("%~dp0..") do set "PLEAS_DIST=%%~fI"
if not exist "%PLEAS_DIST%\lib\" (
  echo pleas: "%PLEAS_DIST%\lib" is missing; unpack the whole distribution, not only bin\ 1>&2
  exit /b 1
)

set "PLEAS_JAVA=java.exe"
if not defined JAVA_HOME goto find_java
set "PLEAS_JAVA=%JAVA_HOME%\bin\java.exe"
if exist "%PLEAS_JAVA%" goto check_version
echo pleas: JAVA_HOME is "%JAVA_HOME%", but "%PLEAS_JAVA%" does not exist; set JAVA_HOME to a JDK or JRE 17 or newer, or unset it 1>&2
exit /b 1

:find_java
where /q java.exe && goto check_version
echo pleas: Java 17 or newer is needed, but there is no java on PATH and JAVA_HOME is not set 1>&2
exit /b 1

:check_version
set "PLEAS_VERSION="
for /f "tokens=3" %%V in ('""%PLEAS_JAVA%" -version 2^>^&1 ^| findstr /c:" version ""') do if not defined PLEAS_VERSION set "PLEAS_VERSION=%%~V"
if not defined PLEAS_VERSION (
  echo pleas: "%PLEAS_JAVA%" -version does not tell a version; Java 17 or newer is needed 1>&2
  exit /b 1
)
for /f "delims=.-+ tokens=1" %%V in ("%PLEAS_VERSION%") do set "PLEAS_MAJOR=%%V"
if %PLEAS_MAJOR% LSS 17 (
  echo pleas: Java 17 or newer is needed, but "%PLEAS_JAVA%" is version %PLEAS_VERSION% 1>&2
  exit /b 1
)

rem Two collectors would be refused, so ours goes when the user names one.
set "PLEAS_JVM=-XX:+UseParallelGC"
echo "%PLEAS_OPTS%" | findstr /r /c:"-XX:+Use[A-Za-z0-9]*GC" >nul && set "PLEAS_JVM="
rem From Java 24 on, native libraries load without a warning only when allowed.
if %PLEAS_MAJOR% GEQ 24 set "PLEAS_JVM=%PLEAS_JVM% --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
rem Short commands start faster without the second compiler.
for %%C in (inspect backends methods completion) do if "%~1"=="%%C" set "PLEAS_JVM=%PLEAS_JVM% -XX:TieredStopAtLevel=1"
set "PLEAS_JVM=%PLEAS_JVM% -XX:MaxRAMPercentage=60 -Dorg.bytedeco.javacpp.maxphysicalbytes=0"

"%PLEAS_JAVA%" %PLEAS_JVM% %PLEAS_OPTS% "-Dpleas.home=%PLEAS_DIST%" -cp "%PLEAS_DIST%\lib\*" dev.pleas.cli.Main %*
exit /b %ERRORLEVEL%
