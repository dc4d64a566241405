// .teamcity/settings.kts
import jetbrains.buildServer.configs.kotlin.*
import jetbrains.buildServer.configs.kotlin.buildSteps.script
import jetbrains.buildServer.configs.kotlin.triggers.vcs

version = "2025.07"

project {
    buildType(Build)
}

object Build : BuildType({
    name = "Build"
    artifactRules = "build/obj/parallelexec => parallelexec"
    vcs {
        root(DslContext.settingsRoot)
    }
    steps {
        script {
            scriptContent = "dotnet build build/ci.proj -c Release"
        }
    }
    triggers {
        vcs {}
    }
})
